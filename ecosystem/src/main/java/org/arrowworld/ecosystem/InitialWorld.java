// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.List;
import org.arrowworld.ecosystem.FoodSpawn.Rectangle;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/** Tick 0: everything that is there at the beginning, as births. */
final class InitialWorld {
  /** Numbers in the generator's counter that no system has. */
  private static final int CREATURES = 128;

  private static final int FOOD = 129;

  private InitialWorld() {}

  static void insert(Tick mutations, TickPlan plan) {
    Preset preset = plan.preset;
    insertCreatures(mutations, plan);
    List<Rectangle> edges = edges(preset);
    TickTable food = mutations.table("food");
    for (int i = 0; i < preset.food(); i++) {
      plan.random.at(0, FOOD, i, 0);
      FoodSpawn.place(plan, food, 0, edges.get(i % edges.size()));
    }
    for (Rectangle edge : edges) {
      mutations
          .table("food_spawner")
          .insert()
          .set("x0", edge.x0())
          .set("y0", edge.y0())
          .set("x1", edge.x1())
          .set("y1", edge.y1())
          .set("rate", (float) (preset.foodPerSecond() / edges.size()));
    }
    new PopulationRow(0, preset.creatures(), preset.food(), preset.creatures(), 0, 0)
        .insertInto(mutations);
  }

  /** Creatures anywhere, going anywhere, with anything between an empty and a full tank. */
  private static void insertCreatures(Tick mutations, TickPlan plan) {
    Preset preset = plan.preset;
    TickTable creatures = mutations.table("creature");
    TickTable hungry = mutations.table("hungry");
    for (int id = 0; id < preset.creatures(); id++) {
      CounterRandom random = plan.random.at(0, CREATURES, id, 0);
      double angle = 2 * Math.PI * random.unit(2);
      float energy = (float) (preset.splitEnergy() * (1 + 15 * random.unit(3)) / 16);
      Born creature =
          creatures
              .insert()
              .set("pos_x", plan.torus.wrap(preset.worldSize() * random.unit(0)))
              .set("pos_y", plan.torus.wrap(preset.worldSize() * random.unit(1)))
              .set("vel_x", (float) (preset.speed() * StrictMath.cos(angle)))
              .set("vel_y", (float) (preset.speed() * StrictMath.sin(angle)))
              .set("energy", energy);
      if (energy < (float) preset.hungerEnergy()) {
        hungry.insert(creature);
      }
    }
  }

  /** Bands along the four edges. */
  private static List<Rectangle> edges(Preset preset) {
    float size = (float) preset.worldSize();
    float near = (float) preset.edgeBand();
    float far = size - near;
    return List.of(
        new Rectangle(0, 0, near, size),
        new Rectangle(far, 0, size, size),
        new Rectangle(0, 0, size, near),
        new Rectangle(0, far, size, size));
  }
}
