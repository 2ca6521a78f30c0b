// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.Set;
import org.arrowworld.ecosystem.TickPlan.Event;
import org.arrowworld.ecosystem.TickPlan.EventType;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/**
 * Whoever splits is replaced by two where it would be at the tick's end, with half its fuel each;
 * they part at right angles to its way.
 */
final class ApplyReproduce implements TickSystem {
  @Override
  public String name() {
    return "applyReproduce";
  }

  @Override
  public Set<String> reads() {
    return Set.of("plan.events", "plan.paths", "plan.energy");
  }

  @Override
  public Set<String> writes() {
    return Set.of(
        "creature.born",
        "creature.parent",
        "creature.died",
        "creature.cause",
        "creature.pos_x",
        "creature.pos_y",
        "creature.vel_x",
        "creature.vel_y",
        "creature.energy",
        "creature.birth_t",
        "plan.dying",
        "plan.creatures_born");
  }

  @Override
  public void run(Tick mutations, TickPlan plan) {
    TickTable creatures = mutations.table("creature");
    double startMicros = (mutations.tick() - 1.0) * plan.preset.tickMicros();
    for (Event event : plan.events) {
      if (event.type() == EventType.REPRODUCE) {
        double micros = startMicros + Math.floor(event.seconds() * 1e6);
        insert(creatures, plan, event, micros, -1);
        insert(creatures, plan, event, micros, 1);
        creatures.removeSlot(event.creatureSlot(), "reproduced");
        plan.dying.set(event.creatureSlot());
        plan.creaturesBorn += 2;
      }
    }
  }

  /**
   * @param side -1 or 1: which way it goes
   */
  private static void insert(
      TickTable creatures, TickPlan plan, Event event, double micros, int side) {
    int slot = event.creatureSlot();
    creatures
        .insertCausedBy(event.creatureId())
        .parent(event.creatureId())
        .set("pos_x", plan.endX[slot])
        .set("pos_y", plan.endY[slot])
        .set("vel_x", -side * plan.velocityY[slot])
        .set("vel_y", side * plan.velocityX[slot])
        .set("energy", plan.energy[slot] / 2)
        .set("birth_t", micros);
  }
}
