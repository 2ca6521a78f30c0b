// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.Values;

/**
 * One row of the log.
 *
 * @param tick the tick
 * @param key what it says
 * @param id of whom: an entity's id, of an append-only table the row's number; unsigned
 * @param pattern the 64 bits of the value
 * @param word the value where the key is a string, else null
 */
public record Row(long tick, Key key, int id, long pattern, String word) {

  /** The value: a word, or as {@link Values#decode} gives it. */
  public Object value() {
    return key.type() == ColumnType.STRING ? word : Values.decode(key.type(), pattern);
  }

  /** For people: tick, key, id and value. */
  @Override
  public String toString() {
    return Text.of(
        "tick %d: %s of %s = %s", tick, key.name(), Integer.toUnsignedString(id), value());
  }
}
