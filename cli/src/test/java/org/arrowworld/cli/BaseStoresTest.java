// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.storage.DiskStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores of imported tables: their history begins with a base at seq 0 (spec S-18, H-4, T-1). */
class BaseStoresTest {
  @TempDir Path folder;

  private String imported(String name, String rows, int ticks) throws IOException {
    Path csv = folder.resolve(name + ".csv");
    Files.writeString(csv, "id,x\n" + rows);
    String store = folder.resolve(name).toString();
    assertThat(Aw.run("import", "csv", csv, "--out", store, "--table", "t").exit()).isZero();
    if (ticks > 0) {
      try (LiveWorld live =
          LiveWorld.resume(new DiskStorage(Path.of(store)), WorldOptions.DEFAULT)) {
        for (int i = 0; i < ticks; i++) {
          double x = i;
          live.tick(t -> t.table("t").set(1, "x", x));
        }
      }
    }
    return store;
  }

  private static void delete(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void stores_of_different_tables_are_different_whatever_follows() throws IOException {
    for (int ticks : List.of(0, 2)) {
      String a = imported("a" + ticks, "1,1.5\n2,2.5\n", ticks);
      String b = imported("b" + ticks, "1,1.5\n2,99.5\n", ticks);
      String same = imported("c" + ticks, "1,1.5\n2,2.5\n", ticks);
      Aw diff = Aw.run("diff", a, b);
      assertThat(diff.exit()).isEqualTo(1);
      assertThat(diff.out()).contains("t.x").contains("99.5");
      assertThat(Aw.run("diff", a, same).exit()).isZero();
    }
  }

  @Test
  void a_base_that_is_gone_is_missed_by_every_verb() throws IOException {
    for (int ticks : List.of(0, 2)) {
      String store = imported("gone" + ticks, "1,1.5\n2,2.5\n", ticks);
      delete(Path.of(store, "snapshots"));
      for (List<String> verb :
          List.of(
              List.of("verify", store),
              List.of("hash", store, "--tick", "0"),
              List.of("at", store, "--tick", "0"))) {
        Aw run = Aw.run(verb.toArray());
        assertThat(run.exit()).as("%s", verb).isNotZero();
        assertThat(run.out() + run.err()).contains("the base at tick 0 is missing");
      }
      String saved = folder.resolve("saved" + ticks).toString();
      Aw recovery = Aw.run("recover", store, "--out", saved);
      assertThat(recovery.exit()).as(recovery.out() + recovery.err()).isEqualTo(3);
      assertThat(Aw.run("verify", saved).exit()).isZero();
    }
  }

  /** Spec Z-7. */
  @Test
  void its_log_as_npz_says_that_it_goes_on_from_a_base() throws IOException {
    String store = imported("npz", "1,1.5\n2,2.5\n", 2);
    String file = folder.resolve("log.npz").toString();
    assertThat(Aw.run("export", store, "--to", "npz", "--view", "log", "--out", file).exit())
        .isZero();
    Aw back = Aw.run("import", "npz", file, "--out", folder.resolve("back"));
    assertThat(back.exit()).isNotZero();
    assertThat(back.err()).contains("it goes on from tick 0, seq 0, whose state it does not hold");
  }

  /** Spec Z-5. */
  @Test
  void its_log_as_npz_has_all_words_that_its_rows_name() throws IOException {
    Path csv = folder.resolve("words.csv");
    Files.writeString(csv, "id,name\n1,ash\n2,oak\n3,elm\n");
    Path store = folder.resolve("words");
    assertThat(Aw.run("import", "csv", csv, "--out", store, "--table", "t").exit()).isZero();
    try (LiveWorld live = LiveWorld.resume(new DiskStorage(store), WorldOptions.DEFAULT)) {
      live.tick(t -> t.table("t").set(2, "name", "yew"));
    }
    String file = folder.resolve("words.npz").toString();
    assertThat(Aw.run("export", store, "--to", "npz", "--view", "log", "--out", file).exit())
        .isZero();
    byte[] bytes = Files.readAllBytes(Path.of(file));
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).contains("ashoakelmyew");
  }

  @Test
  void a_base_before_the_first_tick_that_both_have_is_compared_too() throws IOException {
    Path based = Path.of(imported("based", "1,1.5\n2,2.5\n", 0));
    Path other = folder.resolve("other");
    try (Store store = Store.open(based);
        LiveWorld live = LiveWorld.create(other, store.schema());
        LiveWorld onward = LiveWorld.resume(new DiskStorage(based), WorldOptions.DEFAULT)) {
      live.tick(1, t -> t.table("t").insert(9).set("x", 2.0));
      onward.tick(1, t -> t.table("t").insert(9).set("x", 2.0));
    }
    Aw diff = Aw.run("diff", based, other);
    assertThat(diff.exit()).isEqualTo(1);
    assertThat(diff.out()).contains("different from tick 1 on, in 3 rows");
  }

  @Test
  void compaction_keeps_every_tick_that_stays() throws IOException {
    String store = imported("kept", "1,1.5\n2,2.5\n", 10);
    String before = Aw.run("hash", store, "--tick", "3").out();
    for (int i = 0; i < 2; i++) {
      assertThat(Aw.run("compact", store, "--keep-ticks", "3").exit()).isZero();
      assertThat(Aw.run("verify", store).exit()).isZero();
      assertThat(Aw.run("hash", store, "--tick", "3").out()).isEqualTo(before);
    }
  }
}
