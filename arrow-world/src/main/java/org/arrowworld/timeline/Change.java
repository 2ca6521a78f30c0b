// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.util.OptionalLong;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.Values;

/**
 * One row of an entity's history.
 *
 * @param tick the tick
 * @param key what changed
 * @param id the entity's id, unsigned
 * @param generation which of the id's lives, where the table counts them and its birth was seen
 * @param pattern the 64 bits of the value
 * @param word the value where the key is a string, else null
 */
public record Change(
    long tick, Key key, int id, OptionalLong generation, long pattern, String word) {

  /** The value: a word, or as {@link Values#decode} gives it. */
  public Object value() {
    return key.type() == ColumnType.STRING ? word : Values.decode(key.type(), pattern);
  }

  /** For people: tick, key, id, generation and value. */
  @Override
  public String toString() {
    String gen = generation.isPresent() ? " gen " + generation.getAsLong() : "";
    return Text.of(
        "tick %d: %s of %s%s = %s", tick, key.name(), Integer.toUnsignedString(id), gen, value());
  }
}
