// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.ecosystem.EcosystemTesting.Row;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.TableView;
import org.arrowworld.table.WorldView;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickBody;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens to a few creatures placed by hand; speed is 1 a tick, reach 0.25. */
class EventsTest {
  private final BufferAllocator memory = new RootAllocator();
  private final MemoryStorage storage = new MemoryStorage();
  private List<Row> rows = List.of();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private static void creature(Tick t, double x, double y, int way, double energy) {
    t.table("creature")
        .insert()
        .set("pos_x", (float) x)
        .set("pos_y", (float) y)
        .set("vel_x", way * 10f)
        .set("energy", (float) energy);
  }

  private static void food(Tick t, double x, double y) {
    t.table("food").insert().set("pos_x", (float) x).set("pos_y", (float) y).set("value", 20f);
  }

  /** Runs one tick from a world made by hand, and lets a check look at the outcome. */
  private void run(TickBody<RuntimeException> initial, Consumer<WorldView> check)
      throws IOException {
    StoreInfo info = StoreInfo.create(EcosystemSchema.VERSION_1, "tick", Map.of());
    Ecosystem ecosystem = new Ecosystem(EcosystemTesting.STILL, 1, FoodRatePolicy.constant());
    try (LiveWorld live =
        LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(0, initial);
      live.tick(ecosystem::step);
      check.accept(live.world());
    }
    rows = EcosystemTesting.rows(storage, 1);
  }

  private List<String> said(String... keys) {
    return rows.stream()
        .filter(r -> List.of(keys).contains(r.key()))
        .map(
            r ->
                Text.of(
                    "%s %d %s",
                    r.key(),
                    r.rid(),
                    r.word() == null ? Long.toString((long) r.number()) : r.word()))
        .toList();
  }

  @Test
  void a_creature_that_reaches_food_eats_it_and_the_food_row_goes() throws IOException {
    run(
        t -> {
          creature(t, 50, 50, 1, 30);
          food(t, 50.5, 50.1);
        },
        world -> {
          assertThat(world.table("food").rows()).isZero();
          assertThat(world.table("creature").f32("energy").get(0)).isEqualTo(49.5f);
          assertThat(world.table("creature").f32("pos_x").get(0)).isEqualTo(51f);
          assertThat(PopulationRow.last(world)).isEqualTo(new PopulationRow(1, 1, 0, 0, 0, 1));
        });
    assertThat(said("creature.ate", "food.died"))
        .containsExactly("creature.ate 0 0", "food.died 0 0");
  }

  @Test
  void food_out_of_reach_or_behind_stays() throws IOException {
    run(
        t -> {
          creature(t, 50, 50, 1, 30);
          food(t, 50.5, 50.3);
          food(t, 49.7, 50);
          food(t, 51.3, 50);
        },
        world -> assertThat(world.table("food").rows()).isEqualTo(3));
  }

  @Test
  void food_is_reached_over_the_edge_of_the_torus() throws IOException {
    run(
        t -> {
          creature(t, 99.5, 0.1, 1, 30);
          food(t, 0.3, 99.9);
        },
        world -> {
          assertThat(world.table("food").rows()).isZero();
          assertThat(world.table("creature").f32("pos_x").get(0)).isEqualTo(0.5f);
        });
  }

  @Test
  void the_first_to_reach_the_food_gets_it() throws IOException {
    run(
        t -> {
          creature(t, 50, 50, 1, 30);
          creature(t, 51.1, 50, -1, 30);
          food(t, 50.6, 50);
        },
        world -> {
          assertThat(world.table("creature").f32("energy").get(0)).isEqualTo(29.5f);
          assertThat(world.table("creature").f32("energy").get(1)).isEqualTo(49.5f);
        });
    assertThat(said("creature.ate")).containsExactly("creature.ate 1 0");
  }

  @Test
  void of_two_at_the_same_time_the_lower_id_gets_it() throws IOException {
    run(
        t -> {
          creature(t, 51.5, 50, -1, 30);
          creature(t, 50.5, 50, 1, 30);
          food(t, 51, 50);
        },
        world -> assertThat(world.table("food").rows()).isZero());
    assertThat(said("creature.ate")).containsExactly("creature.ate 0 0");
  }

  @Test
  void who_comes_late_takes_the_next_food_even_from_one_who_would_come_later_still()
      throws IOException {
    run(
        t -> {
          creature(t, 50, 50, 1, 30); // reaches food 0 second, food 1 at once after
          creature(t, 50.1, 50, 1, 30); // reaches food 0 first
          creature(t, 51.6, 50, -1, 30); // reaches food 1 last
          food(t, 50.4, 50);
          food(t, 50.7, 50);
        },
        world -> assertThat(world.table("food").rows()).isZero());
    assertThat(said("creature.ate")).containsExactly("creature.ate 0 1", "creature.ate 1 0");
  }

  @Test
  void who_has_enough_splits_into_two_with_half_its_fuel_each() throws IOException {
    run(
        t -> creature(t, 50, 50, 1, 64.5),
        world -> {
          TableView creatures = world.table("creature");
          assertThat(creatures.rows()).isEqualTo(2);
          for (int slot = 0; slot < 2; slot++) {
            assertThat(creatures.f32("energy").get(slot)).isEqualTo(32f);
            assertThat(creatures.f32("pos_x").get(slot)).isEqualTo(51f);
            assertThat(creatures.f32("vel_x").get(slot)).isZero();
            assertThat(creatures.f64("birth_t").get(slot)).isBetween(0.0, 99_999.0);
          }
          assertThat(creatures.f32("vel_y").get(0)).isEqualTo(-10f);
          assertThat(creatures.f32("vel_y").get(1)).isEqualTo(10f);
          assertThat(PopulationRow.last(world)).isEqualTo(new PopulationRow(1, 2, 0, 2, 1, 0));
        });
    assertThat(said("creature.died", "creature.cause", "creature.born", "creature.parent"))
        .containsExactly(
            "creature.died 0 0",
            "creature.cause 0 reproduced",
            "creature.born 0 1",
            "creature.parent 0 0",
            "creature.born 1 0",
            "creature.parent 1 0");
  }

  @Test
  void who_runs_out_starves_unless_it_eats_in_time() throws IOException {
    run(
        t -> {
          creature(t, 50, 50, 1, 0.25); // lasts half the tick
          creature(t, 20, 20, 1, 0.25);
          creature(t, 70, 70, 1, 0.25);
          food(t, 20.5, 20);
          food(t, 70.9, 70);
          t.table("hungry").insert(0);
          t.table("hungry").insert(1);
          t.table("hungry").insert(2);
        },
        world -> {
          assertThat(world.table("creature").ids()).containsExactly(1);
          assertThat(world.table("hungry").rows()).isZero();
        });
    assertThat(said("creature.died", "creature.cause", "hungry.died"))
        .containsExactlyInAnyOrder(
            "creature.died 0 0",
            "creature.cause 0 starved",
            "creature.died 2 0",
            "creature.cause 2 starved",
            "hungry.died 2 0",
            "hungry.died 1 0",
            "hungry.died 0 0");
  }

  @Test
  void whoever_is_below_the_threshold_is_hungry() throws IOException {
    run(
        t -> {
          creature(t, 50, 50, 1, 12.25);
          creature(t, 20, 20, 1, 12.5);
        },
        world -> assertThat(world.table("hungry").ids()).containsExactly(0));
  }
}
