// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.Set;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/** Looks at the outcome of the tick: who is hungry now, and how many there are. */
final class Inspect implements TickSystem {
  @Override
  public String name() {
    return "inspect";
  }

  @Override
  public Set<String> reads() {
    return Set.of(
        "hungry.id",
        "plan.energy",
        "plan.dying",
        "plan.creatures_born",
        "plan.food_born",
        "plan.eaten");
  }

  @Override
  public Set<String> writes() {
    return Set.of(
        "hungry.born",
        "hungry.died",
        "population.born",
        "population.tick",
        "population.creatures",
        "population.food",
        "population.births",
        "population.deaths",
        "population.eaten");
  }

  @Override
  public void run(Tick mutations, TickPlan plan) {
    updateHungry(mutations, plan);
    int died = plan.dying.cardinality();
    int food = mutations.world().table("food").rows();
    new PopulationRow(
            mutations.tick(),
            plan.creatures - died + plan.creaturesBorn,
            food - plan.foodEaten + plan.foodBorn,
            plan.creaturesBorn,
            died,
            plan.foodEaten)
        .insertInto(mutations);
  }

  /** The dying leave the table by themselves; newborns are never hungry (see Preset). */
  private static void updateHungry(Tick mutations, TickPlan plan) {
    TickTable hungry = mutations.table("hungry");
    for (int slot = 0; slot < plan.creatures; slot++) {
      if (plan.dying.get(slot)) {
        continue;
      }
      int id = mutations.world().table("creature").id(slot);
      int place = hungry.before().slotOf(id);
      boolean isHungry = plan.energy[slot] < (float) plan.preset.hungerEnergy();
      if (isHungry && place < 0) {
        hungry.insert(id);
      } else if (!isHungry && place >= 0) {
        hungry.removeSlot(place);
      }
    }
  }
}
