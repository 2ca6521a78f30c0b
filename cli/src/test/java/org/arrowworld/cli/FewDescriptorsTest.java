// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.ChildJvm;
import org.arrowworld.timeline.Timeline;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every verb works on a log of 2,000 segments in a process that may have 64 descriptors, of which
 * its class path takes many. {@code -Daw.segments=N} sets how many segments.
 */
class FewDescriptorsTest {
  private static final int SEGMENTS = Integer.getInteger("aw.segments", 2000);

  @TempDir Path folder;

  /** All verbs, one after the other, in one process. */
  static final class AllVerbs {
    private AllVerbs() {}

    public static void main(String[] args) throws IOException {
      Path store = Path.of(args[0]);
      Path folder = store.getParent();
      Map<String, Object[]> verbs = new LinkedHashMap<>();
      verbs.put("info", new Object[] {"info", store});
      verbs.put("at", new Object[] {"at", store, "--tick", "5"});
      verbs.put("hash", new Object[] {"hash", store, "--tick", "1500"});
      verbs.put("history", new Object[] {"history", store, "--table", "ship", "--id", "1"});
      verbs.put("log", new Object[] {"log", store, "--range", "100..110"});
      verbs.put("stats", new Object[] {"stats", store, "--key", "ship.x"});
      verbs.put("verify", new Object[] {"verify", store});
      verbs.put("doctor", new Object[] {"doctor", store});
      verbs.put("diff", new Object[] {"diff", store, store});
      verbs.put("snapshot", new Object[] {"snapshot", store, "--tick", "1200"});
      verbs.put("fork", new Object[] {"fork", store, "--tick", "7", "--out", folder.resolve("f")});
      verbs.put("recover", new Object[] {"recover", store, "--out", folder.resolve("r")});
      verbs.put("csv", export(store, "csv", "log", folder.resolve("l.csv")));
      verbs.put("by entity", export(store, "csv", "by_entity", folder.resolve("e.csv")));
      verbs.put("npz", export(store, "npz", "log", folder.resolve("l.npz")));
      verbs.put("sqlite", export(store, "sqlite", "log", folder.resolve("l.db")));
      verbs.put("parquet", export(store, "parquet", "archive", folder.resolve("p")));
      verbs.put(
          "import",
          new Object[] {"import", "parquet", folder.resolve("p"), "--out", folder.resolve("i")});
      verbs.put("resume", null);
      verbs.put("truncate", new Object[] {"truncate", store, "--after", "1990", "--yes"});
      verbs.put("compact", new Object[] {"compact", store});
      for (Map.Entry<String, Object[]> verb : verbs.entrySet()) {
        if (verb.getValue() == null) {
          resume(store);
          continue;
        }
        Aw aw = Aw.run(verb.getValue());
        System.out.println(
            verb.getKey() + " " + aw.exit() + " " + aw.err().strip().replace('\n', ';'));
      }
    }

    private static Object[] export(Path store, String form, String view, Path out) {
      return new Object[] {"export", store, "--to", form, "--view", view, "--out", out};
    }

    private static void resume(Path store) throws IOException {
      try (BufferAllocator memory = new RootAllocator();
          LiveWorld live =
              LiveWorld.resume(
                  new DiskStorage(store),
                  WorldOptions.DEFAULT.withLog(LogOptions.DEFAULT).withAllocator(memory))) {
        live.tick(t -> t.table("ship").insert().set("flag", "red"));
      }
    }
  }

  /** Made in memory, for making it forces each segment. */
  private static void create(Path store) throws IOException {
    MemoryStorage made = new MemoryStorage();
    LogOptions options =
        LogOptions.DEFAULT
            .withDurability(Durability.NONE)
            .withSegmentBytes(1)
            .withContainers(2, 64);
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.create(
                made,
                StoreInfo.create(Stores.SCHEMA, "tick", Map.of()),
                WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      for (int tick = 0; tick < SEGMENTS; tick++) {
        float x = tick;
        live.tick(
            t -> {
              if (t.table("ship").before().rows() > 3) {
                t.table("ship").removeSlot(0, "old");
              }
              t.table("ship").insert().set("x", x).set("flag", "f" + (int) x % 7);
            });
        live.sync(); // one segment a tick
      }
      live.seal();
    }
    copy(made, "", store);
  }

  private static void copy(MemoryStorage from, String path, Path to) throws IOException {
    Files.createDirectories(to);
    for (String name : from.list(path)) {
      String inner = path.isEmpty() ? name : path + "/" + name;
      if (from.list(inner).isEmpty() && !name.matches("live|log|snapshots|fields")) {
        Files.write(to.resolve(name), from.bytes(inner));
      } else {
        copy(from, inner, to.resolve(name));
      }
    }
  }

  /**
   * Each of them takes a descriptor, which a user's process has for itself; what speaks to S3 is on
   * the class path for its addresses alone.
   */
  private static String withoutTestLibraries(String argument) {
    return Stream.of(argument.split(File.pathSeparator, -1))
        .filter(
            entry ->
                !entry.matches(".*(junit|assertj|byte-buddy|opentest4j|jspecify|apiguardian).*jar")
                    && !entry.matches(".*(amazon|reactive-streams|arrow-world-s3|s3.target).*"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void every_verb_works_on_two_thousand_segments_with_64_descriptors() throws Exception {
    Path store = folder.resolve("store");
    create(store);
    try (Timeline timeline = Timeline.open(new DiskStorage(store))) {
      assertThat(timeline.log().segments()).hasSizeGreaterThan(SEGMENTS * 9 / 10);
    }
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "ulimit -n 64 && exec \"$@\"", "sh"));
    command.addAll(
        ChildJvm.builder(AllVerbs.class, List.of("-Xmx512m"), List.of(store.toString())).command());
    command.replaceAll(FewDescriptorsTest::withoutTestLibraries);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Process child;
    try {
      child = builder.start();
    } catch (IOException e) {
      Assumptions.abort("skipped: there is no shell to limit descriptors with: " + e);
      return;
    }
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said.lines().filter(line -> !line.matches("[a-z ]+ 0( .*)?"))).as(said).isEmpty();
    assertThat(said.lines()).as(said).hasSize(20);
  }
}
