// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.EntityRef;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;
import org.arrowworld.window.StreamingWorld;
import org.arrowworld.window.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Births, deaths and what refers to them in one tick are told apart, however ids are used again.
 */
class LivesOfOneTickTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("ship")
              .column("x", ColumnType.F64)
              .column("plain", ColumnType.U32)
              .lineage(Lineage.PARENT)
              .event(EventKind.of("hit", ColumnType.F64))
              .event(EventKind.of("number", ColumnType.U32))
              .event(EventKind.reference("met", "ship"))
              .build(),
          TableSchema.presence("hungry", "ship"));

  private final BufferAllocator memory = new RootAllocator();
  private final MemoryStorage files = new MemoryStorage();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private interface Step {
    void run(Tick tick);
  }

  private LiveWorld create() throws IOException {
    StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
    return LiveWorld.create(files, info, WorldOptions.DEFAULT.withAllocator(memory));
  }

  /** A world of three ships, and these ticks after that. */
  private void run(Step... ticks) throws IOException {
    try (LiveWorld live = create()) {
      live.tick(t -> t.table("ship").insertAll(3));
      for (Step tick : ticks) {
        live.tick(tick::run);
      }
      live.seal();
    }
  }

  private List<String> history(int id, int gen) throws IOException {
    try (Store store = Store.open(files)) {
      return store.history("ship", new EntityRef(id, gen)).toList().stream()
          .map(c -> c.tick() + " " + c.key().name() + " " + text(c.generation()))
          .toList();
    }
  }

  private static String text(OptionalLong generation) {
    return generation.isPresent() ? "gen " + generation.getAsLong() : "either";
  }

  @Test
  void an_event_of_a_newborn_is_of_its_own_life() throws IOException {
    run(
        t -> t.table("ship").event("hit", t.table("ship").insert(), 2.0),
        t -> t.table("ship").remove(1),
        t -> t.table("ship").event("hit", t.table("ship").insert(), 7.0));
    assertThat(history(3, 0)).containsExactly("1 ship.hit gen 0", "1 ship.born gen 0");
    assertThat(history(1, 0)).containsExactly("0 ship.born gen 0", "2 ship.died gen 0");
    assertThat(history(1, 1)).containsExactly("3 ship.hit gen 1", "3 ship.born gen 1");
  }

  @Test
  void an_event_of_an_id_that_changes_hands_in_its_tick_is_shown_with_both_lives()
      throws IOException {
    run(
        t -> {
          t.table("ship").remove(1);
          t.table("ship").event("hit", t.table("ship").insert(), 7.0);
        });
    assertThat(history(1, 0))
        .containsExactly("0 ship.born gen 0", "1 ship.hit either", "1 ship.died gen 0");
    assertThat(history(1, 1)).containsExactly("1 ship.hit either", "1 ship.born gen 1");
  }

  @Test
  void a_parent_that_is_born_after_its_child_is_found() throws IOException {
    run(
        t -> {
          t.system(1);
          Born parent = t.table("ship").insert();
          t.system(0);
          t.table("ship").insert().parent(parent);
        });
    try (Store store = Store.open(files)) {
      assertThat(store.family("ship", 3).ancestors())
          .extracting(Life::entity)
          .containsExactly(new EntityRef(4, 0));
      assertThat(store.family("ship", 4).children())
          .extracting(Life::entity)
          .containsExactly(new EntityRef(3, 0));
      assertThat(store.lives("ship").toList().get(3).parent())
          .isEqualTo(Optional.of(new EntityRef(4, 0)));
    }
  }

  @Test
  void two_newborns_that_name_each_other_have_an_end() throws IOException {
    run(
        t -> {
          Born a = t.table("ship").insert();
          Born b = t.table("ship").insert().parent(a);
          a.parent(b);
        });
    try (Store store = Store.open(files)) {
      assertThat(store.family("ship", 3).ancestors()).hasSize(1);
    }
  }

  @Test
  void a_newborn_is_no_parent_by_its_handle_where_it_has_the_id_of_one_that_dies()
      throws IOException {
    try (LiveWorld live = create()) {
      live.tick(t -> t.table("ship").insertAll(3));
      assertThatThrownBy(
              () ->
                  live.tick(
                      t -> {
                        t.table("ship").remove(2);
                        Born first = t.table("ship").insert();
                        t.table("ship").insert().parent(first);
                      }))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining(
              "Cannot log a parent in table 'ship' by the handle of a newborn: it gets id 2 from a row that dies in this tick");
      live.tick(
          t -> {
            t.table("ship").remove(2);
            t.table("ship").insert().parent(2);
            t.table("ship").insert().parent(2);
          });
    }
    try (Store store = Store.open(files)) {
      assertThat(store.family("ship", new EntityRef(2, 0)).children()).hasSize(2);
    }
  }

  @Test
  void who_dies_does_not_enter_a_list_as_the_newborn_that_gets_its_id() throws IOException {
    try (LiveWorld live = create()) {
      live.tick(t -> t.table("ship").insertAll(3));
      live.tick(
          t -> {
            t.table("ship").remove(0);
            t.table("hungry").insert(new EntityRef(0, 0));
            t.table("ship").insert();
          });
      assertThat(live.world().table("hungry").rows()).isZero();
      live.tick(
          t -> {
            t.table("ship").remove(1);
            t.table("hungry").insert(1);
            t.table("ship").insert();
          });
      assertThat(live.world().table("hungry").rows()).isZero();
      live.tick(
          t -> {
            t.table("ship").remove(2);
            t.table("hungry").insert(t.table("ship").insert());
          });
      assertThat(live.world().table("hungry").id(0)).isEqualTo(2);
    }
  }

  @Test
  void an_entity_is_refused_where_the_schema_does_not_say_of_which_table_it_is()
      throws IOException {
    EntityRef living = new EntityRef(1, 0);
    List<Step> uses =
        List.of(
            t -> t.table("ship").set(0, "plain", living),
            t -> t.table("ship").insert().set("plain", living),
            t -> t.table("ship").event("number", 0, living));
    try (LiveWorld live = create()) {
      live.tick(t -> t.table("ship").insertAll(3));
      for (Step use : uses) {
        assertThatThrownBy(() -> live.tick(use::run))
            .isInstanceOf(InvalidUseException.class)
            .hasMessageContaining("it means one life of an id, and the schema does not say of")
            .hasMessageContaining("give its id alone");
      }
      live.tick(t -> t.table("ship").event("met", 0, living));
      assertThatThrownBy(() -> live.tick(t -> t.table("ship").event("met", 0, new EntityRef(1, 1))))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("Stale reference");
    }
  }

  /** Ship 0 is born again at every fourth tick; the log is cut into segments at tick 6. */
  private void reborn() throws IOException {
    try (LiveWorld live = create()) {
      rebornTicks(live, 6);
    }
    try (LiveWorld live = LiveWorld.resume(files, WorldOptions.DEFAULT.withAllocator(memory))) {
      rebornTicks(live, 20);
    }
  }

  private static void rebornTicks(LiveWorld live, int end) throws IOException {
    while (live.lastTick() + 1 < end) {
      live.tick(
          t -> {
            if (t.tick() == 0) {
              t.table("ship").insertAll(3);
            } else if (t.tick() % 4 == 0) {
              t.table("ship").remove(0);
              t.table("ship").insert().set("x", 1.0 * t.tick());
            } else {
              t.table("ship").set(0, "x", 1.0 * t.tick());
            }
          });
    }
    live.seal();
  }

  @Test
  void a_history_begins_where_its_store_does_after_old_ticks_were_given_up() throws IOException {
    reborn();
    List<String> before = history(0, 3);
    assertThat(before).hasSize(6);
    try (Store store = Store.open(files)) {
      store.compact(StoreCompaction.Options.ALL_TICKS.keepingTicks(5));
      assertThat(store.firstTick()).isEqualTo(14);
      assertThat(store.log().start().seq()).isGreaterThan(0);
      assertThat(store.history("ship", 0).toList()).allMatch(change -> change.tick() > 14);
      assertThatThrownBy(() -> store.history("ship", new EntityRef(0, 1)).toList())
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("The log has no ship 0 in generation 1");
    }
    assertThat(history(0, 3)).isEqualTo(before.subList(4, 6));
  }

  @Test
  void a_window_tells_a_history_as_its_store_does_whatever_is_asked() throws IOException {
    reborn();
    compare();
    try (Store store = Store.open(files)) {
      store.compact(StoreCompaction.Options.ALL_TICKS.keepingTicks(8));
    }
    compare();
  }

  private void compare() throws IOException {
    try (Store store = Store.open(files);
        StreamingWorld window = StreamingWorld.open(files, Window.ofTicks(3), memory)) {
      for (int from = 0; from < 20; from++) {
        for (int to = from; to < 20; to++) {
          HistoryQuery all = HistoryQuery.of("ship", 0).between(from, to);
          assertThat(window.history(all).value()).isEqualTo(store.history(all).toList());
          for (int gen = 0; gen < 6; gen++) {
            HistoryQuery one = all.withGeneration(gen);
            assertThat(told(() -> window.history(one).value()))
                .as("%s", one)
                .isEqualTo(told(() -> store.history(one).toList()));
          }
        }
      }
    }
  }

  private interface Asked {
    List<Change> ask() throws IOException;
  }

  private static Object told(Asked asked) throws IOException {
    try {
      return asked.ask();
    } catch (InvalidUseException e) {
      return e.getMessage();
    }
  }
}
