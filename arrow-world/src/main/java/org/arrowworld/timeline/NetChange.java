// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;
import org.arrowworld.table.EntityRef;

/**
 * What became of an entity between two ticks.
 *
 * @param entity the entity; in append-only tables the row's number, in generation 0
 * @param key full name of the key: {@code T.born} for one that lives at the later tick alone,
 *     {@code T.died} for one that lives at the earlier tick alone, else table and column of a value
 *     that is another
 * @param before the value at the earlier tick, the generation of one that died, null of one that
 *     was born
 * @param after the value at the later tick, the generation of one that was born, null of one that
 *     died
 */
public record NetChange(EntityRef entity, String key, Object before, Object after) {

  static NetChange of(RowDiff.Difference d, MutableWorld before, MutableWorld after) {
    long gen = Integer.toUnsignedLong(d.entity().gen());
    String table = d.table() + ".";
    return switch (d.kind()) {
      case ONLY_LEFT -> new NetChange(d.entity(), table + "died", gen, null);
      case ONLY_RIGHT -> new NetChange(d.entity(), table + "born", null, gen);
      case SLOT -> throw new IllegalArgumentException("rows do not count");
      case VALUE ->
          new NetChange(
              d.entity(),
              table + d.column().name(),
              value(d.column().type(), d.left(), before),
              value(d.column().type(), d.right(), after));
    };
  }

  /** For people: key, entity and both values. */
  @Override
  public String toString() {
    return Text.of("%s of %s: %s -> %s", key, Life.named(entity), shown(before), shown(after));
  }

  private static Object shown(Object value) {
    return value == null ? "nothing" : value;
  }

  /** The value a pattern stands for in a world. */
  static Object value(ColumnType type, long pattern, MutableWorld world) {
    return type == ColumnType.STRING
        ? world.codebook().word((int) Values.toInteger(pattern))
        : Values.decode(type, pattern);
  }
}
