// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import org.arrowworld.table.TableView;
import org.arrowworld.table.WorldView;
import org.arrowworld.tick.Tick;

/**
 * A row of the {@code population} table.
 *
 * @param tick the tick it describes
 * @param creatures creatures after it
 * @param food food rows after it
 * @param births creatures born in it
 * @param deaths creatures that died in it, those that split included
 * @param eaten food rows eaten in it
 */
public record PopulationRow(long tick, int creatures, int food, int births, int deaths, int eaten) {

  /** The row of a world's last tick; the world must have had one. */
  public static PopulationRow last(WorldView world) {
    TableView table = world.table("population");
    int slot = table.rows() - 1;
    return new PopulationRow(
        table.u64("tick").get(slot),
        table.u32("creatures").get(slot),
        table.u32("food").get(slot),
        table.u32("births").get(slot),
        table.u32("deaths").get(slot),
        table.u32("eaten").get(slot));
  }

  void insertInto(Tick mutations) {
    mutations
        .table("population")
        .insert()
        .setUnsigned("tick", tick)
        .set("creatures", creatures)
        .set("food", food)
        .set("births", births)
        .set("deaths", deaths)
        .set("eaten", eaten);
  }
}
