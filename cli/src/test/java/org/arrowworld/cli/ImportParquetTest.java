// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code aw import parquet} (spec import.md T-30, T-31, T-40 to T-45). */
class ImportParquetTest {
  @TempDir Path folder;
  private String store;
  private String archive;
  private String back;

  @BeforeEach
  void makeStore() throws IOException {
    store = Stores.sealed(folder.resolve("store")).toString();
    archive = folder.resolve("archive").toString();
    back = folder.resolve("back").toString();
  }

  private void export(String... options) {
    Object[] all =
        Stream.concat(
                Stream.of("export", store, "--to", "parquet", "--replace", "--out", archive),
                Stream.of(options))
            .toArray();
    assertThat(Aw.run(all).exit()).isZero();
  }

  private static String hash(String of) {
    List<String> lines = Aw.run("hash", of, "--tick", "2").lines();
    return lines.get(lines.size() - 1);
  }

  @Test
  void an_archive_comes_back_with_its_chain_and_hash() {
    for (String[] form : new String[][] {{}, {"--signed"}, {"--profile", "compact"}}) {
      export(form);
      Aw run = Aw.run("import", "parquet", archive, "--out", back, "--replace", "--json");
      assertThat(run.err()).doesNotContain("Cannot");
      assertThat(run.exit()).isZero();
      Map<String, ?> info = Aw.run("info", store, "--json").json();
      Map<String, ?> again = Aw.run("info", back, "--json").json();
      assertThat(again.get("chain"))
          .isEqualTo(info.get("chain"))
          .isEqualTo(run.json().get("chain"));
      assertThat(run.json()).containsEntry("lost", List.of());
      assertThat(Aw.run("verify", back, "--deep").exit()).isZero();
      assertThat(hash(back)).isEqualTo(hash(store));
    }
  }

  @Test
  void the_tables_alone_are_a_base_at_their_tick() {
    export("--view", "table", "--tick", "2");
    Aw run = Aw.run("import", "parquet", archive, "--out", back, "--json");
    assertThat(run.exit()).isZero();
    assertThat(run.json()).containsEntry("rows", 0).containsEntry("hash", hash(store));
    assertThat(hash(back)).isEqualTo(hash(store));
    assertThat(Aw.run("verify", back).exit()).isZero();
  }

  @Test
  void a_history_without_its_beginning_is_lost_or_refused() {
    export("--view", "log", "--range", "1..2");
    Aw run = Aw.run("import", "parquet", archive, "--out", back);
    assertThat(run.exit()).isEqualTo(Exit.FAILURE);
    assertThat(run.err())
        .contains("it begins behind seq 0, at seq ")
        .contains("so there is no state to begin with; export the whole log (--view log)");
    export("--view", "by_entity");
    assertThat(Aw.run("import", "parquet", archive, "--out", back).err())
        .contains("it holds no log");
    export("--view", "log", "--keys", "ship.x");
    assertThat(Aw.run("import", "parquet", archive, "--out", back).err())
        .containsPattern("it begins behind seq 0|rows are missing; export the whole log");
    assertThat(Path.of(back)).doesNotExist();
  }

  @Test
  void where_a_log_goes_on_from_a_base_the_tables_are_kept_and_the_log_is_reported()
      throws IOException {
    String fork = folder.resolve("fork").toString();
    assertThat(Aw.run("fork", store, "--tick", "1", "--out", fork).exit()).isZero();
    store = fork;
    Stores.goOn(Path.of(fork), t -> t.table("ship").setSlot(0, "x", 3f));
    export();
    Aw run = Aw.run("import", "parquet", archive, "--out", back, "--json");
    assertThat(run.exit()).isEqualTo(Exit.DATA_LOSS);
    assertThat(run.json().get("lost").toString())
        .contains("the log: it goes on from a base at tick 1");
    assertThat(hash(back)).isEqualTo(hash(fork));
    Stores.goOn(Path.of(back), t -> t.table("ship").insert(9).set("flag", "new"));
    assertThat(Aw.run("verify", back).exit()).isZero();
  }

  @Test
  void a_changed_byte_is_noticed_before_anything_is_made_of_it() throws IOException {
    export();
    List<Path> files;
    try (Stream<Path> all = Files.walk(Path.of(archive))) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      for (int at : new int[] {0, bytes.length / 2, bytes.length - 1}) {
        byte[] changed = bytes.clone();
        changed[at] ^= 4;
        Files.write(file, changed);
        Aw run = Aw.run("import", "parquet", archive, "--out", back);
        assertThat(run.exit()).as("%s, byte %d", file, at).isEqualTo(Exit.FAILURE);
        assertThat(Path.of(back)).doesNotExist();
      }
      Files.write(file, bytes);
    }
    Path first = files.stream().filter(p -> p.toString().endsWith(".parquet")).findFirst().get();
    Files.delete(first);
    assertThat(Aw.run("import", "parquet", archive, "--out", back).err())
        .contains("the archive's manifest lists it, but it is missing");
  }

  @Test
  void one_file_is_a_table() {
    export("--view", "table", "--tick", "2");
    String file = Path.of(archive, "tables", "ship.parquet").toString();
    Aw run = Aw.run("import", "parquet", file, "--out", back, "--columns", "weight=mass", "--json");
    assertThat(run.err()).doesNotContain("Cannot");
    assertThat(run.exit()).isZero();
    assertThat(run.json().get("tables").toString()).contains("ship");
    assertThat(Aw.run("at", back, "--tick", "0", "--table", "ship").out()).contains("weight");
    Aw directory = Aw.run("import", "parquet", folder.toString(), "--out", back, "--replace");
    assertThat(directory.exit()).isEqualTo(Exit.FAILURE);
    assertThat(directory.err()).contains("it is a directory without a manifest.json of an archive");
    Aw options = Aw.run("import", "parquet", archive, "--table", "x", "--out", back, "--replace");
    assertThat(options.err()).contains("it is an archive with tables of its own");
  }
}
