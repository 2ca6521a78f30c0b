// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.maintenance.StoreDoctor;
import org.arrowworld.maintenance.StoreTruncation;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.DiskStorage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store from elsewhere may hold links to anything: nothing outside of it is touched. */
class LinkedStoreTest {
  private final BufferAllocator memory = new RootAllocator();

  @TempDir Path folder;
  private Path store;
  private DiskStorage storage;

  /** Something that clears away what was never finished. */
  private interface Clearing {
    void run() throws IOException;
  }

  @BeforeEach
  void play() throws IOException {
    store = folder.resolve("store");
    storage = new DiskStorage(store);
    try (LiveWorld live =
        LiveWorld.create(store, SmallStores.SCHEMA, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int tick = 0; tick < 4; tick++) {
        live.tick(t -> t.table("c").insert().set("x", 1f).set("k", "w"));
        if (tick == 1) {
          live.snapshot();
        }
      }
      live.seal();
    }
  }

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private static void link(Path link, Path target) {
    try {
      Files.createSymbolicLink(link, target);
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("skipped: no links can be made here: " + e);
    }
  }

  private void clears(String directory, Clearing clearing) throws IOException {
    Path outside = Files.createDirectories(folder.resolve("outside"));
    Files.writeString(
        Files.createDirectories(outside.resolve("inner")).resolve("file"), "precious");
    Path link = store.resolve(directory).resolve("x.tmp");
    link(link, outside);
    clearing.run();
    assertThat(Files.isSymbolicLink(link)).as("the link in %s", directory).isFalse();
    assertThat(outside.resolve("inner/file")).hasContent("precious");
  }

  @Test
  void whatever_clears_a_store_leaves_what_its_links_lead_to() throws IOException {
    for (String directory : new String[] {"log", "log/live", "snapshots"}) {
      clears(
          directory,
          () -> LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory)).close());
    }
    clears("snapshots", () -> Snapshot.discardUnfinished(storage));
    clears("log", () -> StoreCompaction.merge(storage));
    clears("log", () -> StoreTruncation.after(storage, 2));
  }

  /** Spec S-12. */
  @Test
  void the_doctor_follows_no_links() throws IOException {
    link(store.resolve("again"), Path.of(".")); // of two, a doctor that does would find no end
    Files.writeString(store.resolve("x.tmp"), "");
    StoreDoctor.Report report = StoreDoctor.examine(storage, "s", memory);
    assertThat(report.findings())
        .extracting(StoreDoctor.Finding::what)
        .containsExactly("x.tmp was never finished");
  }
}
