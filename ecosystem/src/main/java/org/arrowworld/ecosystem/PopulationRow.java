package org.arrowworld.ecosystem;

import org.arrowworld.table.World;
import org.arrowworld.table.WorldTable;
import org.arrowworld.tick.MutationBuffer;

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
  public static PopulationRow last(World world) {
    WorldTable table = world.table("population");
    int slot = table.rows() - 1;
    return new PopulationRow(
        table.column("tick").i64(slot),
        table.column("creatures").i32(slot),
        table.column("food").i32(slot),
        table.column("births").i32(slot),
        table.column("deaths").i32(slot),
        table.column("eaten").i32(slot));
  }

  void insertInto(MutationBuffer mutations) {
    mutations
        .table("population")
        .insert()
        .setLong("tick", tick)
        .setLong("creatures", creatures)
        .setLong("food", food)
        .setLong("births", births)
        .setLong("deaths", deaths)
        .setLong("eaten", eaten);
  }
}
