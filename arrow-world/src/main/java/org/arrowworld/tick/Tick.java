// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.tick;

import org.arrowworld.table.WorldView;

/**
 * One tick while it is made: what systems want changed. Nothing changes until the tick ends, when
 * the changes become rows in canonical order, are logged, and then applied. Valid during the tick's
 * body, in the thread that runs it; workers may compute into arrays that this thread hands over.
 */
public interface Tick {

  /** The number of the tick being made. */
  long tick();

  /** The world as it was before this tick. */
  WorldView world();

  /** Sets the order of the system that runs next: insertions are sorted by it first (spec O-2). */
  void system(int order);

  /**
   * Leaves out of this tick's log what changes nothing: a value of a row that was there before and
   * is, bit for bit, what it held. For systems that write everything whether it moved or not. Ids
   * of entities are always logged, for an id may have got another life.
   */
  void changedOnly();

  /**
   * The changes of one table.
   *
   * @throws org.arrowworld.errors.InvalidUseException if there is none; the message says which are
   */
  TickTable table(String name);

  /**
   * Records an input from outside the simulation.
   *
   * @param kind a declared input
   * @param target the row it is about, or any number
   * @param value an integer, for inputs of integer type that hold it
   */
  void input(String kind, int target, long value);

  /** As {@link #input(String, int, long)}, of type f32. */
  void input(String kind, int target, float value);

  /** As {@link #input(String, int, long)}, of type f64. */
  void input(String kind, int target, double value);

  /** As {@link #input(String, int, long)}, of type bool. */
  void input(String kind, int target, boolean value);

  /** As {@link #input(String, int, long)}, a word. */
  void input(String kind, int target, String value);

  /** Records an input of type u64: the number whose 64 bits are given. */
  void inputUnsigned(String kind, int target, long bits);
}
