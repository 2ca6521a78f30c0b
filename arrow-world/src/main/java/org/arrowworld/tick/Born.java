// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.tick;

import org.arrowworld.table.Entity;
import org.arrowworld.table.EntityRef;

/**
 * A row that is born in this tick: a handle of its own, at once usable wherever an id is, within
 * the tick. Columns that are not set take their defaults. Its number is given when the tick ends.
 */
public interface Born extends Entity {

  /** Sets an integer; any integer column takes those it holds exactly. */
  Born set(String column, long value);

  /** Sets the value of an f32 column, NaN payloads included. */
  Born set(String column, float value);

  /** Sets the value of an f64 column, NaN payloads included. */
  Born set(String column, double value);

  /** Sets the value of a bool column. */
  Born set(String column, boolean value);

  /** Sets the word of a string column. */
  Born set(String column, String value);

  /** Sets the id of an entity, for u32 columns; a row born in this tick included. */
  Born set(String column, Entity value);

  /** Sets a u64 column to the number whose 64 bits are given. */
  Born setUnsigned(String column, long bits);

  /** Names the parent; the table must log that lineage. */
  Born parent(int id);

  /** Names the parent, which may be born in this tick too; the table must log that lineage. */
  Born parent(Entity entity);

  /**
   * The id, once the tick has ended.
   *
   * @throws org.arrowworld.errors.InvalidUseException before that, or if the tick was refused
   */
  int id();

  /** Id and generation, once the tick has ended; see {@link #id}. */
  EntityRef ref();
}
