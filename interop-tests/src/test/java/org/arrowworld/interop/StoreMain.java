// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.json.Json;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.Key;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;

/**
 * Stores for Python to check, and Java's view of stores that Python wrote.
 *
 * <pre>
 * run DIR SEED FROM TO live|sealed|zstd EVERY   steps FROM to TO - 1 of RandomWorld, a snapshot at every
 *                                          EVERY-th; prints a world report per step
 * at DIR TICK...                           prints a world report per tick
 * log DIR                                  prints the log's keys and a SHA-256 per column
 * verify DIR                               verifies DEEP; prints the report
 * resume DIR                               opens for writing and closes again
 * </pre>
 */
public final class StoreMain {
  private static final LogOptions OPTIONS = LogOptions.DEFAULT.withSegmentBytes(150_000);

  private StoreMain() {}

  public static void main(String[] args) throws IOException {
    DiskStorage storage = new DiskStorage(Path.of(args[1]));
    try (BufferAllocator memory = new RootAllocator()) {
      switch (args[0]) {
        case "run" -> run(storage, args, memory);
        case "at" -> at(storage, args, memory);
        case "log" -> log(storage);
        case "verify" -> verify(storage, memory);
        case "resume" ->
            LiveWorld.resume(storage, WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory))
                .close();
        default -> throw new IllegalArgumentException(args[0]);
      }
    }
  }

  private static void print(Object tree) {
    System.out.println(Json.write(tree));
  }

  private static void run(DiskStorage storage, String[] args, BufferAllocator memory)
      throws IOException {
    RandomWorld random = new RandomWorld(Long.parseLong(args[2]));
    long from = Long.parseLong(args[3]);
    long every = Long.parseLong(args[6]);
    LogOptions options =
        args[5].equals("zstd") ? OPTIONS.withSealing(BufferCompression.zstd(1)) : OPTIONS;
    StoreInfo info = StoreInfo.create(RandomWorld.SCHEMA, "step", Map.of("seed", args[2]));
    try (LiveWorld live =
        from == 0
            ? LiveWorld.create(
                storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))
            : LiveWorld.resume(
                storage, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      for (long i = from; i < Long.parseLong(args[4]); i++) {
        long step = i;
        live.tick(RandomWorld.tick(step), t -> random.step(t, step));
        print(WorldReport.of(live.world(), live.acknowledged()));
        if (step % every == every - 1) {
          live.snapshot();
        }
      }
      if (!args[5].equals("live")) {
        live.seal();
      }
    }
  }

  private static void at(DiskStorage storage, String[] args, BufferAllocator memory)
      throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      for (int i = 2; i < args.length; i++) {
        long tick = Long.parseLong(args[i]);
        try (World world = timeline.at(tick, memory)) {
          Map<String, Object> report = WorldReport.of(world);
          report.put("start", latestSnapshot(timeline, tick));
          report.put("warnings", timeline.warnings());
          print(report);
        }
      }
    }
  }

  /** The tick of the snapshot that replay starts from, -1 if there is none. */
  private static long latestSnapshot(Timeline timeline, long tick) {
    return timeline.snapshots().stream()
        .mapToLong(Snapshot.Location::tick)
        .filter(t -> t <= tick)
        .max()
        .orElse(-1);
  }

  private static void log(DiskStorage storage) throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      LogColumns columns = new LogColumns();
      timeline.log().scan(0, Long.MAX_VALUE, columns::add);
      Map<String, Object> report = columns.report();
      List<Key> keys = timeline.log().keys().from(0);
      report.put("keys", keys.stream().map(Key::name).toList());
      report.put("segments", timeline.log().segments());
      report.put("tail", timeline.log().tail().kind().name());
      print(report);
    }
  }

  private static void verify(DiskStorage storage, BufferAllocator memory) throws IOException {
    Verifier.Report report = Verifier.verify(storage, Verifier.Depth.DEEP, 7, memory);
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("findings", report.findings());
    tree.put("notes", report.notes());
    tree.put("valid_to", report.validToTick());
    tree.put("rows", report.rows());
    tree.put("snapshots", report.snapshots());
    print(tree);
  }

  /** SHA-256 over the bytes of each log column. */
  private static final class LogColumns {
    private final List<MessageDigest> digests =
        List.of(sha256(), sha256(), sha256(), sha256(), sha256());
    private final ByteBuffer number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    private long rows;

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError(e);
      }
    }

    void add(TripleBatch batch, int from, int to) {
      rows += to - from;
      for (int row = from; row < to; row++) {
        update(0, batch.tick(row), 8);
        update(1, batch.rid(row), 4);
        update(2, batch.key(row), 2);
        update(3, batch.val(row), 8);
        String word = batch.word(row);
        byte[] utf8 = word == null ? new byte[0] : word.getBytes(StandardCharsets.UTF_8);
        update(4, word == null ? -1 : utf8.length, 4);
        digests.get(4).update(utf8);
      }
    }

    private void update(int column, long value, int bytes) {
      digests.get(column).update(number.putLong(0, value).array(), 0, bytes);
    }

    Map<String, Object> report() {
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("rows", rows);
      List<String> names = List.of("tick", "rid", "key", "val", "text");
      for (int i = 0; i < names.size(); i++) {
        report.put(names.get(i), HexFormat.of().formatHex(digests.get(i).digest()));
      }
      return report;
    }
  }
}
