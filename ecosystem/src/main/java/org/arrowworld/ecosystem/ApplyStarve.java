// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.Set;
import org.arrowworld.ecosystem.TickPlan.Event;
import org.arrowworld.ecosystem.TickPlan.EventType;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

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
  public void run(Tick mutations, TickPlan plan) {
    TickTable creatures = mutations.table("creature");
    for (Event event : plan.events) {
      if (event.type() == EventType.STARVE) {
        creatures.removeSlot(event.creatureSlot(), "starved");
        plan.dying.set(event.creatureSlot());
      }
    }
  }
}
