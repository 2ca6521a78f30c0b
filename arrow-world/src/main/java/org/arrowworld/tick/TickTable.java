// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.tick;

import org.arrowworld.table.Entity;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.TableView;

/**
 * The changes of one table in one tick. Nothing changes until the tick ends; what is read meanwhile
 * is {@link #before}.
 *
 * <p>A row is named by its id (an {@code int} whose 32 bits are the id), by an {@link EntityRef},
 * whose generation must be the living one, or by the handle of a row born in this tick; by its
 * position at tick start where the method says slot. Values are never widened or rounded: {@code
 * long} goes into integer columns that hold it, {@code float} into f32, {@code double} into f64,
 * {@code boolean} into bool, {@code String} into string columns, and a refusal names the call that
 * takes the value. A refused call changes nothing. One thread: the one that runs the tick.
 */
public interface TickTable {

  /** The table as it was before this tick. */
  TableView before();

  /** Inserts a row whose id the table chooses; among its system's, in the order made. */
  Born insert();

  /**
   * Inserts a row whose id the table chooses, ordered among its system's by the id of what caused
   * it: the same order whichever worker found it first.
   */
  Born insertCausedBy(int causeId);

  /** Inserts a row with this id: into tables with external ids, and into presence tables. */
  Born insert(int id);

  /**
   * Inserts an entity, a row born in this tick included, into a presence table. The newborn's own
   * handle then names its row here, too.
   */
  Born insert(Entity entity);

  /**
   * Inserts many rows whose ids the table chooses, in one go; among its system's, in the order
   * made.
   */
  BornRows insertAll(int count);

  /** Inserts rows with these ids: into tables with external ids, and into presence tables. */
  BornRows insertAll(int[] ids);

  /** Inserts rows born together in this tick into a presence table, in the same order. */
  BornRows insertAll(BornRows newborns);

  /** The slot at tick start of a live id; InvalidUseException if it is not live. */
  int slot(int id);

  /** The slot at tick start of an entity; InvalidUseException if that life has ended. */
  int slot(EntityRef entity);

  /** Sets a value of a live row: an integer; any integer column takes those it holds exactly. */
  default void set(int id, String column, long value) {
    setSlot(slot(id), column, value);
  }

  /** As {@link #set(int, String, long)}. */
  void set(Entity entity, String column, long value);

  /** As {@link #set(int, String, long)}, of the row in a slot at tick start. */
  void setSlot(int slot, String column, long value);

  /** Sets a value of a live row: the value of an f32 column, NaN payloads included. */
  default void set(int id, String column, float value) {
    setSlot(slot(id), column, value);
  }

  /** As {@link #set(int, String, float)}. */
  void set(Entity entity, String column, float value);

  /** As {@link #set(int, String, float)}, of the row in a slot at tick start. */
  void setSlot(int slot, String column, float value);

  /** Sets a value of a live row: the value of an f64 column, NaN payloads included. */
  default void set(int id, String column, double value) {
    setSlot(slot(id), column, value);
  }

  /** As {@link #set(int, String, double)}. */
  void set(Entity entity, String column, double value);

  /** As {@link #set(int, String, double)}, of the row in a slot at tick start. */
  void setSlot(int slot, String column, double value);

  /** Sets a value of a live row: the value of a bool column. */
  default void set(int id, String column, boolean value) {
    setSlot(slot(id), column, value);
  }

  /** As {@link #set(int, String, boolean)}. */
  void set(Entity entity, String column, boolean value);

  /** As {@link #set(int, String, boolean)}, of the row in a slot at tick start. */
  void setSlot(int slot, String column, boolean value);

  /** Sets a value of a live row: the word of a string column. */
  default void set(int id, String column, String value) {
    setSlot(slot(id), column, value);
  }

  /** As {@link #set(int, String, String)}. */
  void set(Entity entity, String column, String value);

  /** As {@link #set(int, String, String)}, of the row in a slot at tick start. */
  void setSlot(int slot, String column, String value);

  /**
   * Sets a value of a live row: the id of an entity, for u32 columns; a row born in this tick
   * included.
   */
  default void set(int id, String column, Entity value) {
    setSlot(slot(id), column, value);
  }

  /** As {@link #set(int, String, Entity)}. */
  void set(Entity entity, String column, Entity value);

  /** As {@link #set(int, String, Entity)}, of the row in a slot at tick start. */
  void setSlot(int slot, String column, Entity value);

  /** Sets a u64 column to the number whose 64 bits are given. */
  default void setUnsigned(int id, String column, long bits) {
    setSlotUnsigned(slot(id), column, bits);
  }

  /** As {@link #setUnsigned(int, String, long)}. */
  void setUnsigned(Entity entity, String column, long bits);

  /** As {@link #setUnsigned(int, String, long)}, of the row in a slot at tick start. */
  void setSlotUnsigned(int slot, String column, long bits);

  /**
   * Writes a whole integer column: {@code values[slot]} for each row at tick start, no more, no
   * less.
   */
  void write(String column, byte[] values);

  /**
   * Writes a whole integer column: {@code values[slot]} for each row at tick start, no more, no
   * less.
   */
  void write(String column, short[] values);

  /**
   * Writes a whole integer column: {@code values[slot]} for each row at tick start, no more, no
   * less.
   */
  void write(String column, int[] values);

  /**
   * Writes a whole integer column: {@code values[slot]} for each row at tick start, no more, no
   * less.
   */
  void write(String column, long[] values);

  /**
   * Writes a whole f32 column: {@code values[slot]} for each row at tick start, no more, no less.
   */
  void write(String column, float[] values);

  /**
   * Writes a whole f64 column: {@code values[slot]} for each row at tick start, no more, no less.
   */
  void write(String column, double[] values);

  /**
   * Writes a whole bool column: {@code values[slot]} for each row at tick start, no more, no less.
   */
  void write(String column, boolean[] values);

  /**
   * Writes a whole string column: {@code values[slot]} for each row at tick start, no more, no
   * less.
   */
  void write(String column, String[] values);

  /** Writes a whole u64 column, given the 64 bits of each value. */
  void writeUnsigned(String column, long[] bits);

  /** Removes a live row; repeating it is allowed. */
  default void remove(int id) {
    removeSlot(slot(id));
  }

  /** Removes a live row and logs what it died of; the first cause counts. */
  default void remove(int id, String cause) {
    removeSlot(slot(id), cause);
  }

  /** As {@link #remove(int)}. */
  void remove(Entity entity);

  /** As {@link #remove(int, String)}. */
  void remove(Entity entity, String cause);

  /** As {@link #remove(int)}, of the row in a slot at tick start. */
  void removeSlot(int slot);

  /** As {@link #remove(int, String)}, of the row in a slot at tick start. */
  void removeSlot(int slot, String cause);

  /** Reports an event of a row and its value, typed as {@link #set(int, String, long)}. */
  void event(String name, int id, long value);

  /** As {@link #event(String, int, long)}. */
  void event(String name, Entity entity, long value);

  /** Reports an event of a row whose value is the u64 number of the given 64 bits. */
  void eventUnsigned(String name, int id, long bits);

  /** As {@link #eventUnsigned(String, int, long)}. */
  void eventUnsigned(String name, Entity entity, long bits);

  /** Reports an event of a row and its value, typed as {@link #set(int, String, float)}. */
  void event(String name, int id, float value);

  /** As {@link #event(String, int, float)}. */
  void event(String name, Entity entity, float value);

  /** Reports an event of a row and its value, typed as {@link #set(int, String, double)}. */
  void event(String name, int id, double value);

  /** As {@link #event(String, int, double)}. */
  void event(String name, Entity entity, double value);

  /** Reports an event of a row and its value, typed as {@link #set(int, String, boolean)}. */
  void event(String name, int id, boolean value);

  /** As {@link #event(String, int, boolean)}. */
  void event(String name, Entity entity, boolean value);

  /** Reports an event of a row and its value, typed as {@link #set(int, String, String)}. */
  void event(String name, int id, String value);

  /** As {@link #event(String, int, String)}. */
  void event(String name, Entity entity, String value);

  /** Reports an event of a row and its value, typed as {@link #set(int, String, Entity)}. */
  void event(String name, int id, Entity value);

  /** As {@link #event(String, int, Entity)}. */
  void event(String name, Entity entity, Entity value);
}
