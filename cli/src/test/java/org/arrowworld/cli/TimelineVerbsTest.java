// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimelineVerbsTest {
  @TempDir Path folder;
  private Path store;

  @BeforeEach
  void play() throws IOException {
    store = Stores.sealed(folder.resolve("store"));
  }

  private static String hash(Path store, int tick) {
    return Aw.run("hash", store, "--tick", tick, "--resume").lastLine();
  }

  @Test
  void truncate_wants_a_yes_and_then_keeps_the_ticks_up_to_the_one_named() {
    Aw refused = Aw.run("truncate", store, "--after", 2);
    assertThat(refused.exit()).isEqualTo(Exit.USAGE);
    assertThat(refused.err())
        .contains("Cannot truncate without --yes: every tick after 2 would be gone");
    String before = hash(store, 2);
    Aw done = Aw.run("truncate", store, "--after", 2, "--yes", "--json");
    assertThat(done.exit()).as(done.err()).isZero();
    assertThat(done.json()).containsEntry("last_tick", 2).containsEntry("last_tick_before", 4);
    assertThat(hash(store, 2)).isEqualTo(before);
    assertThat(Aw.run("hash", store, "--tick", 3).err()).contains("the store has ticks 0 to 2");
    assertThat(Aw.run("verify", store, "--deep").exit()).isZero();
    Aw again = Aw.run("truncate", store, "--after", 2, "--yes");
    assertThat(again.exit()).isEqualTo(Exit.FAILURE);
    assertThat(again.err()).contains("the store has ticks 0 to 2, and at least one must go");
  }

  @Test
  void a_fork_begins_where_it_was_told_and_is_not_written_over_anything() {
    Path fork = folder.resolve("fork");
    Aw done = Aw.run("fork", store, "--tick", 2, "--out", fork, "--json");
    assertThat(done.exit()).as(done.err()).isZero();
    assertThat(done.json()).containsEntry("tick", 2);
    assertThat(hash(fork, 2)).isEqualTo(hash(store, 2));
    assertThat(Aw.run("verify", fork).exit()).isZero();
    Aw again = Aw.run("fork", store, "--tick", 2, "--out", fork);
    assertThat(again.exit()).isEqualTo(Exit.FAILURE);
    assertThat(again.err()).contains("it exists already");
    Aw diff = Aw.run("diff", store, fork);
    assertThat(diff.exit()).isEqualTo(Exit.FAILURE);
    assertThat(diff.out()).contains("equal, but only the left store goes on, with tick 3");
  }

  @Test
  void the_reference_simulation_resumed_from_a_fork_is_the_run_that_never_stopped() {
    Path run = folder.resolve("run");
    Path fork = folder.resolve("fork");
    Aw.run("run", "--out", run, "--ticks", 40, "--durability", "none");
    assertThat(Aw.run("fork", run, "--tick", 15, "--out", fork).exit()).isZero();
    Aw resumed = Aw.run("resume", fork, "--ticks", 25);
    assertThat(resumed.exit()).as(resumed.err()).isZero();
    Aw diff = Aw.run("diff", run, fork, "--json");
    assertThat(diff.exit()).as(diff.out() + diff.err()).isZero();
    assertThat(diff.json())
        .containsEntry("equal", true)
        .containsEntry("first_compared", 15)
        .containsEntry("last_equal", 40)
        .containsEntry("rows", List.of());
  }

  @Test
  void diff_names_tick_table_column_entity_and_both_values() throws IOException {
    Path other = folder.resolve("other");
    Stores.sealed(other);
    assertThat(Aw.run("diff", store, other).exit()).isZero();
    Aw.run("truncate", store, "--after", 3, "--yes");
    Aw.run("truncate", other, "--after", 3, "--yes");
    Stores.goOn(store, t -> t.table("ship").setSlot(0, "x", 1.5f));
    Stores.goOn(
        other,
        t -> {
          t.table("ship").setSlot(0, "x", 2.5f);
          t.table("ship").setSlot(0, "flag", Stores.EVIL);
        });
    Aw diff = Aw.run("diff", store, other, "--json");
    assertThat(diff.exit()).isEqualTo(Exit.FAILURE);
    assertThat(diff.json())
        .containsEntry("outcome", "different")
        .containsEntry("last_equal", 3)
        .containsEntry("tick", 4)
        .containsEntry("differing_rows", 2);
    Map<?, ?> row = (Map<?, ?>) ((List<?>) diff.json().get("rows")).get(0);
    assertThat(row.get("table")).isEqualTo("ship");
    assertThat(row.get("column")).isEqualTo("x");
    assertThat(row.get("left")).isEqualTo(1.5);
    assertThat(row.get("right")).isEqualTo(2.5);
    Aw text = Aw.run("diff", store, other, "--limit", 1);
    assertThat(text.out()).contains("different from tick 4 on, in 2 rows").contains("\t1.5\t2.5");
    assertThat(text.err()).contains("and 1 more rows; --limit names more");
    assertThat(Aw.run("diff", store, other).out())
        .doesNotContain("\u001B")
        .doesNotContain("\u202E");
  }

  @Test
  void diff_between_two_ticks_of_a_store_tells_net_changes() throws IOException {
    Aw values = Aw.run("diff", store, "--between", "0..1");
    assertThat(values.exit()).as(values.err()).isEqualTo(Exit.FAILURE);
    assertThat(values.lines())
        .contains("ship.x\t0\t0.1\t0.5", "ship.mass\t1\t2.5\tInfinity", "damaged.born\t0\t-\t0")
        .hasSize(2 + 3);
    Aw lives = Aw.run("diff", store, "--between", "1..4", "--json");
    assertThat(lives.json()).containsEntry("equal", false).containsEntry("changes", 3);
    assertThat((List<?>) lives.json().get("rows"))
        .extracting(Object::toString)
        .containsExactly(
            "{table=ship, column=died, id=0, gen=0, before=0, after=null}",
            "{table=ship, column=born, id=0, gen=1, before=null, after=1}",
            "{table=damaged, column=died, id=0, gen=0, before=0, after=null}");
    Stores.goOn(store, t -> t.table("ship").set(0, "flag", "green"));
    Aw words = Aw.run("diff", store, "--between", "4..5");
    assertThat(words.lastLine()).isEqualTo("ship.flag\t0\tred\tgreen");
    Aw few = Aw.run("diff", store, "--between", "1..4", "--limit", 1);
    assertThat(few.err()).contains("and 2 more rows; --limit names more");
    Aw same = Aw.run("diff", store, "--between", "2..2");
    assertThat(same.exit()).as(same.err()).isZero();
    assertThat(same.out()).contains("tick 2 with tick 2").contains("equal");
    Aw none = Aw.run("diff", store, "--between", "2..9");
    assertThat(none.exit()).isEqualTo(Exit.FAILURE);
    assertThat(none.err()).contains("no world at tick 9: the store has ticks 0 to 5");
    Aw one = Aw.run("diff", store);
    assertThat(one.exit()).isEqualTo(Exit.USAGE);
    assertThat(one.err())
        .contains("expected two stores, or one with --between A..B, found one store");
    assertThat(Aw.run("diff", store, store, "--between", "1..2").exit()).isEqualTo(Exit.USAGE);
  }

  @Test
  void a_long_scan_shows_a_bar_on_a_terminal_alone() {
    String drawn = bar(true, ScanBar.LEAST_ROWS);
    assertThat(drawn).contains("verify").contains("100%").contains("5000000/5000000");
    assertThat(bar(true, ScanBar.LEAST_ROWS - 1)).isEmpty();
    assertThat(bar(false, ScanBar.LEAST_ROWS)).isEmpty();
  }

  private static String bar(boolean terminal, long rows) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Output out = new Output(OutputStream.nullOutputStream());
    try (ScanBar bar = new ScanBar(new Console(out, stream, terminal, () -> false), "verify")) {
      bar.scanned(rows / 2, rows);
      bar.scanned(rows, rows);
    }
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void history_shows_a_family_and_what_one_died_of() {
    Aw lost = Aw.run("history", store, "--table", "ship", "--id", 0, "--family", "--gen", 0);
    assertThat(lost.exit()).as(lost.err()).isZero();
    assertThat(lost.out()).contains("ship 0 gen 0, born tick 0, died tick 2 of sunk");
    Aw next = Aw.run("history", store, "--table", "ship", "--id", 0, "--family", "--json");
    assertThat((Map<?, ?>) next.json().get("self")).extracting("gen").isEqualTo(1);
    Map<?, ?> parent = (Map<?, ?>) ((List<?>) next.json().get("ancestors")).get(0);
    assertThat(parent.get("id")).isEqualTo(1);
    Aw children = Aw.run("history", store, "--table", "ship", "--id", 1, "--family");
    assertThat(children.out()).contains("child").contains("ship 0 gen 1, born tick 3, died -");
    Aw later = Aw.run("history", store, "--table", "ship", "--id", 0, "--gen", 1, "--key", "x");
    assertThat(later.lines()).containsExactly("4\t1\tship.x\t8.0");
    Aw never = Aw.run("history", store, "--table", "ship", "--id", 0, "--gen", 7);
    assertThat(never.exit()).isEqualTo(Exit.FAILURE);
    assertThat(never.err()).contains("the log has no ship 0 in generation 7");
    Aw key = Aw.run("history", store, "--table", "ship", "--id", 0, "--key", "x");
    assertThat(key.lines())
        .containsExactly("0\t0\tship.x\t0.1", "1\t0\tship.x\t0.5", "4\t1\tship.x\t8.0");
  }

  @Test
  void stats_summarise_a_key_over_all_and_tick_by_tick() {
    Aw all = Aw.run("stats", store, "--key", "ship.x", "--bins", 2, "--json");
    assertThat(all.exit()).as(all.err()).isZero();
    assertThat(all.json())
        .containsEntry("count", 3)
        .containsEntry("min", (double) 0.1f)
        .containsEntry("max", 8.0)
        .containsEntry("distinct", 3)
        .containsEntry("histogram", List.of(2, 1));
    Aw byTick = Aw.run("stats", store, "--key", "ship.x", "--by", "tick");
    assertThat(byTick.lines()).hasSize(3).endsWith("4\t1\t8.0\t8.0\t8.0\t1");
    Aw words = Aw.run("stats", store, "--key", "ship.flag");
    assertThat(words.exit()).isEqualTo(Exit.FAILURE);
    assertThat(words.err()).contains("its values are words, not numbers");
  }
}
