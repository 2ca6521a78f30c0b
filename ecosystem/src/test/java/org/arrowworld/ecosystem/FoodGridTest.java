// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Tick;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FoodGridTest {
  private static final double SIZE = 64;
  private static final double REACH = 0.5;

  private final Torus torus = new Torus(SIZE);
  private final Random random = new Random(17);

  private void scatter(Tick t, int count) {
    for (int i = 0; i < count; i++) {
      t.table("food")
          .insert()
          .set("pos_x", torus.wrap(random.nextDouble() * SIZE))
          .set("pos_y", torus.wrap(random.nextInt(3) == 0 ? 0 : random.nextDouble() * SIZE));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.5, 3, 20, 70})
  void it_finds_all_food_that_a_search_through_everything_finds(double smallestCell)
      throws IOException {
    StoreInfo info = StoreInfo.create(EcosystemSchema.VERSION_1, "tick", Map.of());
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.create(
                new MemoryStorage(), info, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(t -> scatter(t, 700));
      TableView food = live.world().table("food");
      FoodGrid grid = new FoodGrid(torus, smallestCell);
      grid.fill(food);
      int found = 0;
      for (int i = 0; i < 2_000; i++) {
        found += compare(grid, food.rows());
      }
      assertThat(found).isGreaterThan(500);
    }
  }

  private int compare(FoodGrid grid, int rows) {
    FoodGrid.Path path =
        new FoodGrid.Path(
            random.nextDouble() * SIZE,
            random.nextDouble() * SIZE,
            random.nextDouble() * 4 - 2,
            random.nextDouble() * 4 - 2);
    Set<Integer> expected = new TreeSet<>();
    for (int slot = 0; slot < rows; slot++) {
      addIfReached(grid, path, slot, expected);
    }
    Set<Integer> actual = new TreeSet<>();
    grid.visit(
        Math.min(path.x(), path.x() + path.velocityX()) - REACH,
        Math.min(path.y(), path.y() + path.velocityY()) - REACH,
        Math.max(path.x(), path.x() + path.velocityX()) + REACH,
        Math.max(path.y(), path.y() + path.velocityY()) + REACH,
        slot -> addIfReached(grid, path, slot, actual));
    assertThat(actual).isEqualTo(expected);
    return expected.size();
  }

  private static void addIfReached(
      FoodGrid grid, FoodGrid.Path path, int slot, Set<Integer> slots) {
    if (grid.reached(slot, path, REACH, 1) < 1) {
      slots.add(slot);
    }
  }
}
