// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.ArrayList;
import java.util.List;
import org.arrowworld.table.FloatColumn;
import org.arrowworld.table.TableView;
import org.arrowworld.table.WorldView;

/**
 * Decides the food rates at the boundary of the simulation. What it says is logged as {@code
 * in.food_rate} rows, so a replay needs no policy. To survive a resume it must be a function of its
 * arguments.
 */
public interface FoodRatePolicy {

  /**
   * The rates of a tick, at most one per spawner; a spawner without one keeps to its own rate.
   *
   * @param tick the tick about to run, 1 or more
   * @param before the world before it; for reading, during the call
   */
  List<FoodRate> rates(long tick, WorldView before);

  /** Every spawner's own rate, always; nothing comes in. */
  static FoodRatePolicy constant() {
    return (tick, before) -> List.of();
  }

  /** Every spawner's own rate, raised and lowered by the preset's season. */
  static FoodRatePolicy seasonal(Preset preset) {
    return (tick, before) -> {
      double phase = (double) (tick % preset.seasonTicks()) / preset.seasonTicks();
      double factor = 1 + preset.seasonSwing() * StrictMath.sin(2 * Math.PI * phase);
      TableView spawners = before.table("food_spawner");
      FloatColumn rate = spawners.f32("rate");
      List<FoodRate> rates = new ArrayList<>();
      for (int slot = 0; slot < spawners.rows(); slot++) {
        rates.add(new FoodRate(spawners.id(slot), factor * rate.get(slot)));
      }
      return rates;
    };
  }
}
