// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.Arrays;
import java.util.Set;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/** Creatures turn a little at random, move on, and burn fuel. */
final class Motion implements TickSystem {
  @Override
  public String name() {
    return "motion";
  }

  @Override
  public Set<String> reads() {
    return Set.of(
        "creature.pos_x", "creature.pos_y", "creature.vel_x", "creature.vel_y", "creature.energy");
  }

  @Override
  public Set<String> writes() {
    return Set.of(
        "creature.pos_x",
        "creature.pos_y",
        "creature.vel_x",
        "creature.vel_y",
        "creature.energy",
        "plan.paths",
        "plan.energy");
  }

  @Override
  public void run(Tick mutations, TickPlan plan) {
    TickTable creatures = mutations.table("creature");
    TableView table = creatures.before();
    TickPlan.copy(table, "pos_x", plan.startX);
    TickPlan.copy(table, "pos_y", plan.startY);
    TickPlan.copy(table, "vel_x", plan.velocityX);
    TickPlan.copy(table, "vel_y", plan.velocityY);
    TickPlan.copy(table, "energy", plan.startEnergy);
    plan.workers.run(
        plan.creatures,
        (worker, from, to) -> {
          CounterRandom random = plan.randoms.get(worker);
          for (int slot = from; slot < to; slot++) {
            random.at(mutations.tick(), plan.system, table.id(slot), table.gen(slot));
            move(plan, slot, random.signed(0));
          }
        });
    creatures.write("pos_x", Arrays.copyOf(plan.endX, plan.creatures));
    creatures.write("pos_y", Arrays.copyOf(plan.endY, plan.creatures));
    creatures.write("vel_x", Arrays.copyOf(plan.velocityX, plan.creatures));
    creatures.write("vel_y", Arrays.copyOf(plan.velocityY, plan.creatures));
    creatures.write("energy", Arrays.copyOf(plan.energy, plan.creatures));
  }

  private static void move(TickPlan plan, int slot, double chance) {
    double seconds = plan.preset.tickSeconds();
    turn(plan, slot, chance);
    plan.endX[slot] = plan.torus.wrap(plan.startX[slot] + plan.velocityX[slot] * seconds);
    plan.endY[slot] = plan.torus.wrap(plan.startY[slot] + plan.velocityY[slot] * seconds);
    plan.energy[slot] = (float) (plan.startEnergy[slot] - plan.preset.burnPerSecond() * seconds);
  }

  /**
   * Turns by the angle whose half has the tangent t: cos = (1 - t²) / (1 + t²), sin = 2t / (1 +
   * t²). Only operations that IEEE 754 rounds correctly, so all machines agree without StrictMath.
   */
  private static void turn(TickPlan plan, int slot, double chance) {
    double t = chance * plan.preset.turn();
    double scale = 1 / (1 + t * t);
    double cos = (1 - t * t) * scale;
    double sin = 2 * t * scale;
    double x = plan.velocityX[slot] * cos - plan.velocityY[slot] * sin;
    double y = plan.velocityX[slot] * sin + plan.velocityY[slot] * cos;
    double correction = plan.preset.speed() / Math.sqrt(x * x + y * y); // rounding must not add up
    plan.velocityX[slot] = (float) (x * correction);
    plan.velocityY[slot] = (float) (y * correction);
  }
}
