package org.arrowworld.ecosystem;

import java.util.Set;
import org.arrowworld.ecosystem.TickPlan.Event;
import org.arrowworld.ecosystem.TickPlan.EventType;
import org.arrowworld.table.TableColumn;
import org.arrowworld.tick.MutationBuffer;
import org.arrowworld.tick.TableMutations;

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
  public void run(MutationBuffer mutations, TickPlan plan) {
    TableMutations creatures = mutations.table("creature");
    TableMutations food = mutations.table("food");
    TableColumn value = food.table().column("value");
    for (Event event : plan.events) {
      if (event.type() == EventType.EAT) {
        int slot = event.creatureSlot();
        plan.energy[slot] += value.f32(event.foodSlot());
        creatures.setFloat("energy", slot, plan.energy[slot]);
        double foodId = (double) Integer.toUnsignedLong(food.table().id(event.foodSlot()));
        creatures.event("ate", event.creatureId(), foodId);
        food.remove(event.foodSlot());
        plan.foodEaten++;
      }
    }
  }
}
