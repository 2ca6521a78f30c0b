// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.json.Json;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogTruncation;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;

/**
 * Histories for Python to replay.
 *
 * <pre>
 * cases DIR SEED COUNT   random stores DIR/SEED, DIR/SEED+1, ...: segment sizes, snapshots, sealed,
 *                        live or torn; prints per store the resume hash after each tick and the
 *                        last tick that Java finds
 * fence DIR TICK         begins a truncation after a tick and leaves it unfinished
 * </pre>
 */
public final class TimelineMain {
  private TimelineMain() {}

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[1]);
    if (args[0].equals("fence")) {
      DiskStorage storage = new DiskStorage(directory);
      try (Store timeline = Store.open(storage)) {
        LogTruncation.begin(storage, timeline.log().positionAt(Long.parseLong(args[2])));
      }
      return;
    }
    long first = Long.parseLong(args[2]);
    for (long seed = first; seed < first + Long.parseLong(args[3]); seed++) {
      System.out.println(Json.write(play(directory.resolve("" + seed), seed)));
    }
  }

  private static Map<String, Object> play(Path store, long seed) throws IOException {
    Random random = new Random(seed);
    LogOptions options =
        LogOptions.DEFAULT
            .withDurability(Durability.NONE)
            .withContainers(2, 50 + random.nextInt(500))
            .withSegmentBytes(10_000 + random.nextInt(100_000));
    RandomWorld world = new RandomWorld(seed);
    DiskStorage storage = new DiskStorage(store);
    Map<String, Object> hashes = new TreeMap<>();
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.create(
                storage,
                StoreInfo.create(RandomWorld.SCHEMA, "step", Map.of()),
                WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      long steps = 5L + random.nextInt(40);
      for (long i = 0; i < steps; i++) {
        long step = i;
        live.tick(RandomWorld.tick(step), t -> world.step(t, step));
        hashes.put(Long.toString(live.lastTick()), Hashes.resume(live.world()));
        if (random.nextInt(8) == 0 && i < steps / 2) {
          live.snapshot();
        }
      }
      if (random.nextInt(3) == 0) {
        live.seal();
      }
    }
    tear(store, random);
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("seed", seed);
    report.put("hashes", hashes);
    try (Store timeline = Store.open(storage)) {
      report.put("last", timeline.log().end().tick());
    }
    return report;
  }

  /**
   * Cuts some bytes off a live segment, in half of the cases where there is one, as a crash does.
   */
  private static void tear(Path store, Random random) throws IOException {
    Path live = store.resolve("log").resolve("live");
    try (var files = Files.list(live)) {
      Path last = files.sorted().reduce((a, b) -> b).orElse(null);
      if (last != null && random.nextBoolean()) {
        byte[] bytes = Files.readAllBytes(last);
        int cut = 1 + random.nextInt(bytes.length / 4);
        Files.write(last, java.util.Arrays.copyOf(bytes, bytes.length - cut));
      }
    }
  }
}
