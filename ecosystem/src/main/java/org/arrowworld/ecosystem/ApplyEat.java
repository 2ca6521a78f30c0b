// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.Set;
import org.arrowworld.ecosystem.TickPlan.Event;
import org.arrowworld.ecosystem.TickPlan.EventType;
import org.arrowworld.table.FloatColumn;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/** Whoever eats gains the food's energy, and the food row goes. */
final class ApplyEat implements TickSystem {
  @Override
  public String name() {
    return "applyEat";
  }

  @Override
  public Set<String> reads() {
    return Set.of("food.value", "plan.events", "plan.energy");
  }

  @Override
  public Set<String> writes() {
    return Set.of("creature.energy", "creature.ate", "food.died", "plan.energy", "plan.eaten");
  }

  @Override
  public void run(Tick mutations, TickPlan plan) {
    TickTable creatures = mutations.table("creature");
    TickTable food = mutations.table("food");
    FloatColumn value = food.before().f32("value");
    for (Event event : plan.events) {
      if (event.type() == EventType.EAT) {
        int slot = event.creatureSlot();
        plan.energy[slot] += value.get(event.foodSlot());
        creatures.setSlot(slot, "energy", plan.energy[slot]);
        creatures.event("ate", event.creatureId(), food.before().ref(event.foodSlot()));
        food.removeSlot(event.foodSlot());
        plan.foodEaten++;
      }
    }
  }
}
