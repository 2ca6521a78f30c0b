// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.Set;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.table.FloatColumn;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/** Lets food appear in the spawners' rectangles. It can be eaten from the next tick on. */
final class FoodSpawn implements TickSystem {
  @Override
  public String name() {
    return "foodSpawn";
  }

  @Override
  public Set<String> reads() {
    return Set.of(
        "food_spawner.x0",
        "food_spawner.y0",
        "food_spawner.x1",
        "food_spawner.y1",
        "food_spawner.rate",
        "in.food_rate");
  }

  @Override
  public Set<String> writes() {
    return Set.of("food.born", "food.pos_x", "food.pos_y", "food.value", "plan.food_born");
  }

  @Override
  public void run(Tick mutations, TickPlan plan) {
    TableView spawners = mutations.world().table("food_spawner");
    double[] rates = rates(spawners, plan);
    TickTable food = mutations.table("food");
    int room = Math.max(0, plan.preset.foodLimit() - food.before().rows());
    for (int slot = 0; slot < spawners.rows(); slot++) {
      int id = spawners.id(slot);
      double expected = rates[slot] * plan.preset.tickSeconds();
      double whole = Math.floor(expected);
      double chance = plan.random.at(mutations.tick(), plan.system, id, 0).unit(0);
      int count = (int) Math.min(room, whole + (chance < expected - whole ? 1 : 0));
      for (int ordinal = 1; ordinal <= count; ordinal++) {
        plan.random.at(mutations.tick(), plan.system, id, ordinal);
        place(plan, food, spawners, slot);
      }
      room -= count;
      plan.foodBorn += count;
    }
  }

  private static double[] rates(TableView spawners, TickPlan plan) {
    double[] rates = new double[spawners.rows()];
    FloatColumn own = spawners.f32("rate");
    for (int slot = 0; slot < rates.length; slot++) {
      rates[slot] = own.get(slot);
    }
    for (FoodRate rate : plan.foodRates) {
      int slot = spawners.slotOf(rate.spawnerId());
      if (slot < 0 || !(rate.rowsPerSecond() >= 0)) {
        throw new InvalidUseException(
            Text.of(
                "Cannot take food rate %s for %s: expected 0 or more, for one of %d spawners",
                rate.rowsPerSecond(),
                "food_spawner " + Integer.toUnsignedString(rate.spawnerId()),
                spawners.rows()));
      }
      rates[slot] = rate.rowsPerSecond();
    }
    return rates;
  }

  /** Inserts a food row into a spawner's rectangle, with the random numbers at hand. */
  static void place(TickPlan plan, TickTable food, TableView spawners, int slot) {
    place(
        plan,
        food,
        spawners.id(slot),
        new Rectangle(
            spawners.f32("x0").get(slot),
            spawners.f32("y0").get(slot),
            spawners.f32("x1").get(slot),
            spawners.f32("y1").get(slot)));
  }

  static void place(TickPlan plan, TickTable food, int spawnerId, Rectangle where) {
    CounterRandom random = plan.random;
    double x = where.x0 + random.unit(0) * (where.x1 - where.x0);
    double y = where.y0 + random.unit(1) * (where.y1 - where.y0);
    food.insertCausedBy(spawnerId)
        .set("pos_x", plan.torus.wrap(x))
        .set("pos_y", plan.torus.wrap(y))
        .set("value", (float) (plan.preset.foodValue() * (1 + random.signed(2) / 4)));
  }

  /** Where a spawner works. */
  record Rectangle(float x0, float y0, float x1, float y1) {}
}
