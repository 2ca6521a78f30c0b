// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.arrowworld.testing.SharedData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaintenanceVerbsTest {
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
  void a_sound_store_is_recovered_whole_and_exits_0() {
    Path out = folder.resolve("saved");
    Aw recover = Aw.run("recover", store, "--out", out, "--json");
    assertThat(recover.err()).isEmpty();
    assertThat(recover.exit()).isZero();
    assertThat(recover.json()).containsEntry("rows_lost", 0).containsEntry("losses", List.of());
    assertThat(hash(out, 4)).isEqualTo(hash(store, 4));
  }

  private void damageLog() throws IOException {
    Path segment = store.resolve("log").resolve("00000000000000000000.arrow");
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length / 2] ^= 1;
    Files.write(segment, bytes);
  }

  @Test
  void a_damaged_log_is_recovered_as_far_as_it_can_be_proven_and_exits_3() throws IOException {
    damageLog();
    assertThat(Aw.run("verify", store).exit()).isEqualTo(Exit.FAILURE);
    Path out = folder.resolve("saved");
    Aw recover = Aw.run("recover", store, "--out", out);
    assertThat(recover.exit()).isEqualTo(Exit.DATA_LOSS);
    assertThat(recover.out()).contains("lost");
    assertThat(Aw.run("verify", out).exit()).isZero();
  }

  @Test
  void a_recovery_that_fails_on_its_way_leaves_nothing() throws IOException {
    Files.writeString(store.resolve("store.json"), "{}");
    for (String rows : new String[] {"log", "snapshots"}) {
      if (Files.exists(store.resolve(rows))) { // else they would say what store.json does not
        Files.move(store.resolve(rows), folder.resolve("store").resolve("gone." + rows));
      }
    }
    Aw recover = Aw.run("recover", store, "--out", folder.resolve("saved"));
    assertThat(recover.exit()).as(recover.out()).isEqualTo(Exit.FAILURE);
    assertThat(recover.err()).contains("nothing of a store can be read in it");
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(store));
  }

  @Test
  void a_fork_of_a_damaged_log_fails_and_leaves_nothing() throws IOException {
    damageLog();
    Aw fork = Aw.run("fork", store, "--tick", 4, "--out", folder.resolve("fork"));
    assertThat(fork.exit()).as(fork.out()).isEqualTo(Exit.FAILURE);
    assertThat(fork.err()).contains("Cannot read").contains("00000000000000000000.arrow");
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(store));
  }

  @Test
  void recover_never_overwrites() {
    Aw recover = Aw.run("recover", store, "--out", store);
    assertThat(recover.exit()).isEqualTo(Exit.FAILURE);
    assertThat(recover.err()).contains("it exists already");
  }

  @Test
  void compact_keeps_the_last_ticks_and_says_what_it_drops() {
    String before = hash(store, 4);
    Aw compact = Aw.run("compact", store, "--keep-ticks", 1, "--json");
    assertThat(compact.exit()).as(compact.err()).isZero();
    assertThat(compact.json()).containsEntry("base", 3);
    assertThat(hash(store, 4)).isEqualTo(before);
    assertThat(Aw.run("verify", store, "--deep").exit()).isZero();
    assertThat(Aw.run("compact", store, "--keep-ticks", -1).exit()).isEqualTo(Exit.USAGE);
  }

  @Test
  void publish_tells_what_it_sent_and_goes_on_and_is_refused_where_something_else_is() {
    String before = hash(store, 4);
    Path place = folder.resolve("place");
    Aw publish = Aw.run("publish", store, place, "--json");
    assertThat(publish.exit()).as(publish.err()).isZero();
    assertThat(publish.json()).containsEntry("last_tick", 4);
    assertThat(publish.json().get("sent_files")).isEqualTo(publish.json().get("files"));
    assertThat(hash(place, 4)).isEqualTo(before);
    assertThat(Aw.run("publish", store, place, "--json").json()).containsEntry("sent_files", 0);
    Aw refused = Aw.run("publish", store, folder);
    assertThat(refused.exit()).isEqualTo(Exit.FAILURE);
    assertThat(refused.err()).contains("a published store is never written over");
    assertThat(Aw.run("compact", place).err())
        .contains("it was published (files.json), and readers elsewhere rely on it");
    assertThat(Aw.run("publish", store, "s3://").exit()).isEqualTo(Exit.USAGE);
    assertThat(Aw.run("publish", store, "gopher://a/b").err())
        .contains("nothing on the class path knows addresses that begin with gopher:");
  }

  @Test
  void simlog_directories_are_imported_with_or_without_their_codebook() throws IOException {
    Path data = SharedData.folder("simlog-receipt");
    Aw whole = Aw.run("import", "simlog", data, "--out", folder.resolve("whole"), "--json");
    assertThat(whole.exit()).as(whole.err()).isZero();
    assertThat(whole.json()).containsEntry("records", 8577).containsEntry("findings", List.of());
    Path bare = Files.createDirectory(folder.resolve("bare"));
    try (var files = Files.list(data)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".npz")).toList()) {
        Files.copy(file, bare.resolve(file.getFileName()));
      }
    }
    Aw codes = Aw.run("import", "simlog", bare, "--out", folder.resolve("codes"), "--json");
    assertThat(codes.exit()).as(codes.err()).isEqualTo(Exit.DATA_LOSS);
    assertThat(codes.json()).containsEntry("records", 8577);
    assertThat((List<?>) codes.json().get("findings")).isNotEmpty();
    assertThat(Aw.run("verify", folder.resolve("codes")).exit()).isZero();
  }
}
