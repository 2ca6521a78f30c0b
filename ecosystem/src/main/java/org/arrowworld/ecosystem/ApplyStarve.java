package org.arrowworld.ecosystem;

import java.util.Set;
import org.arrowworld.ecosystem.TickPlan.Event;
import org.arrowworld.ecosystem.TickPlan.EventType;
import org.arrowworld.tick.MutationBuffer;
import org.arrowworld.tick.TableMutations;

/** Whoever runs out of fuel dies. */
final class ApplyStarve implements TickSystem {
  @Override
  public String name() {
    return "applyStarve";
  }

  @Override
  public Set<String> reads() {
    return Set.of("plan.events");
  }

  @Override
  public Set<String> writes() {
    return Set.of("creature.died", "creature.cause", "plan.dying");
  }

  @Override
  public void run(MutationBuffer mutations, TickPlan plan) {
    TableMutations creatures = mutations.table("creature");
    for (Event event : plan.events) {
      if (event.type() == EventType.STARVE) {
        creatures.remove(event.creatureSlot(), "starved");
        plan.dying.set(event.creatureSlot());
      }
    }
  }
}
