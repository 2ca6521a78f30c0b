// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.log.Durability;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/**
 * The Java side of {@code log.py}: the log against a raw write of the same bytes, one fdatasync,
 * and a text log of the same events. Prints one JSON line per measurement. Every sustained log is
 * read back and its chain recomputed, which is the correctness check; the chains are printed.
 * Arguments: a scratch directory, a number of rows, a number of runs.
 */
final class LogBench {
  private static final int ROWS_PER_TICK = 100_000;
  private static final int BYTES_PER_ROW = 21;
  private static final StoreId STORE = StoreId.random();

  private final Path scratch;
  private final int rows;
  private final int[] ids = new int[ROWS_PER_TICK];
  private final long[] patterns = new long[ROWS_PER_TICK];

  private LogBench(Path scratch, int rows) {
    this.scratch = scratch;
    this.rows = rows;
    for (int i = 0; i < ROWS_PER_TICK; i++) {
      ids[i] = i;
      patterns[i] = Values.ofF32(i * 0.5f);
    }
  }

  /** Arguments: scratch directory, rows. */
  public static void main(String[] args) throws Exception {
    Path scratch = Path.of(args[0]);
    LogBench bench = new LogBench(scratch, Integer.parseInt(args[1]));
    RecordBench records = new RecordBench(scratch, bench.rows);
    int runs = Integer.parseInt(args[2]);
    for (int run = -2; run < runs; run++) { // the first two are warm-up
      counted = run >= 0;
      bench.raw();
      bench.sustained("scalar", Mode.SCALAR);
      bench.sustained("column", Mode.COLUMN);
      bench.durable();
      bench.worlds();
      bench.pauses("pause", Double.MAX_VALUE);
      bench.pauses("pause_throttled", 100e6);
      records.run();
    }
    System.out.printf(Locale.ROOT, "{\"name\":\"chain\",\"value\":\"%016x\"}\n", chain);
    System.out.printf(
        Locale.ROOT,
        "{\"name\":\"java\",\"value\":\"%s\"}\n",
        System.getProperty("java.vm.version"));
  }

  private static boolean counted;

  /** Of the last log that was verified; every run of the same rows has the same. */
  private static long chain;

  private enum Mode {
    SCALAR,
    COLUMN
  }

  static void print(String name, double value, String unit) {
    if (counted) {
      System.out.printf(
          Locale.ROOT, "{\"name\":\"%s\",\"value\":%.4f,\"unit\":\"%s\"}\n", name, value, unit);
    }
  }

  private LogWriter writer(Path directory, LogOptions options, KeyTable keys) throws IOException {
    return writer(new DiskStorage(directory), options, keys);
  }

  private static LogWriter writer(Storage storage, LogOptions options, KeyTable keys)
      throws IOException {
    LogWriter.Start start = new LogWriter.Start(STORE, 1, false, LogPosition.START);
    return LogWriter.open(storage, start, keys, new MutableCodebook(), options);
  }

  private static KeyTable keys() {
    return new KeyTable(
        WorldSchema.of(TableSchema.row("c").column("x", ColumnType.F32).build()).keys());
  }

  /** Sustained rate to the disk, checksums, chain and the last flush included. */
  private void sustained(String name, Mode mode) throws IOException {
    Path directory = Files.createTempDirectory(scratch, "log");
    KeyTable keys = keys();
    LogOptions options = LogOptions.DEFAULT.withDurability(Durability.NONE);
    int key = keys.key("c.x").code();
    long start = System.nanoTime();
    long producer;
    long written;
    try (LogWriter writer = writer(directory, options.withSegmentBytes(64L << 20), keys)) {
      for (int tick = 0; tick < rows / ROWS_PER_TICK; tick++) {
        writer.beginTick(tick);
        if (mode == Mode.SCALAR) {
          for (int i = 0; i < ROWS_PER_TICK; i++) {
            writer.append(i, key, patterns[i]);
          }
        } else {
          writer.appendColumn(key, ids, patterns, ROWS_PER_TICK);
        }
        writer.commit();
      }
      producer = System.nanoTime() - start;
      writer.sync();
      written = System.nanoTime() - start;
    }
    long all = System.nanoTime() - start;
    verify(directory, STORE, keys);
    print(name + "_producer", producer / (double) rows, "ns/triple");
    print(name + "_sustained", written / (double) rows, "ns/triple");
    print(name + "_bytes", rows * (double) BYTES_PER_ROW / written * 1000, "MB/s");
    print(name + "_until_sealed", all / (double) rows, "ns/triple");
    delete(directory);
  }

  /** Reads the log back: every checksum, the digest chain, the number of rows. */
  private void verify(Path directory, StoreId store, KeyTable keys) throws IOException {
    try (Log log = Log.open(new DiskStorage(directory), store, keys.from(0))) {
      log.verifyChain();
      long expected = rows + rows / ROWS_PER_TICK;
      if (log.end().seq() != expected) {
        throw new IllegalStateException(log.end().seq() + " rows, expected " + expected);
      }
      chain = log.end().chain();
    }
  }

  /** The same bytes, written raw in pieces of a container. */
  private void raw() throws IOException {
    ByteBuffer piece = ByteBuffer.allocateDirect(200_000 * BYTES_PER_ROW);
    Path file = Files.createTempFile(scratch, "raw", "");
    long bytes = (long) rows * BYTES_PER_ROW;
    long start = System.nanoTime();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; at += piece.capacity()) {
        channel.write(piece.clear(), at);
      }
    }
    long all = System.nanoTime() - start;
    print("raw_bytes", bytes / (double) all * 1000, "MB/s");
    Files.delete(file);
  }

  /** Median of a forced commit of 10,000 triples, against one force of the same bytes. */
  private void durable() throws IOException {
    int commits = 200;
    int perTick = 10_000;
    Path directory = Files.createTempDirectory(scratch, "log");
    KeyTable keys = keys();
    double[] millis = new double[commits];
    try (LogWriter writer = writer(directory, LogOptions.DEFAULT, keys)) {
      for (int tick = 0; tick < commits; tick++) {
        long start = System.nanoTime();
        writer.beginTick(tick);
        writer.appendColumn(keys.key("c.x").code(), ids, patterns, perTick);
        writer.commit();
        millis[tick] = (System.nanoTime() - start) / 1e6;
      }
    }
    delete(directory);
    print("durable_commit", median(millis), "ms");
    ByteBuffer piece = ByteBuffer.allocateDirect(perTick * BYTES_PER_ROW);
    Path file = Files.createTempFile(scratch, "raw", "");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int i = 0; i < commits; i++) {
        long start = System.nanoTime();
        channel.write(piece.clear(), (long) i * piece.capacity());
        channel.force(false);
        millis[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    Files.delete(file);
    print("one_fdatasync", median(millis), "ms");
  }

  /** Ticks a second of a world of 1,000 rows under COMMIT, waited for one by one and not. */
  private void worlds() throws IOException {
    int ticks = 3000;
    WorldSchema schema = WorldSchema.of(TableSchema.row("c").column("x", ColumnType.F32).build());
    for (boolean later : new boolean[] {false, true}) {
      Path directory = Files.createTempDirectory(scratch, "world");
      try (LiveWorld world = LiveWorld.create(directory.resolve("store"), schema)) {
        world.tick(t -> t.table("c").insertAll(1000));
        float[] x = new float[1000];
        long start = System.nanoTime();
        for (int tick = 0; tick < ticks; tick++) {
          Arrays.fill(x, tick);
          if (later) {
            world.tickLater(t -> t.table("c").write("x", x));
          } else {
            world.tick(t -> t.table("c").write("x", x));
          }
        }
        world.sync();
        double seconds = (System.nanoTime() - start) / 1e9;
        print(later ? "ticks_later" : "ticks_waited_for", ticks / seconds, "ticks/s");
      }
      delete(directory);
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /**
   * How long single appends take at 10 million triples a second, in blocks of 100. On a throttled
   * disk, one that takes less than the producer makes, the longest is what blocking costs.
   */
  private void pauses(String name, double bytesPerSecond) throws IOException {
    Path directory = Files.createTempDirectory(scratch, "log");
    KeyTable keys = keys();
    LogOptions options =
        LogOptions.DEFAULT.withDurability(Durability.NONE).withContainers(4, 200_000);
    int key = keys.key("c.x").code();
    int count = Math.min(rows, 10_000_000);
    long[] nanos = new long[count];
    long pauseStart = System.nanoTime();
    int n = 0;
    Storage storage = new DiskStorage(directory);
    if (bytesPerSecond < Double.MAX_VALUE) {
      storage = new ThrottledStorage(storage, bytesPerSecond);
    }
    try (LogWriter writer = writer(storage, options, keys)) {
      for (int tick = 0; n < count; tick++) {
        writer.beginTick(tick);
        for (int i = 0; i < ROWS_PER_TICK && n < count; i++) {
          if (i % 100 == 0) {
            long due = pauseStart + n * 100L;
            while (System.nanoTime() < due) {
              Thread.onSpinWait();
            }
          }
          long before = System.nanoTime();
          writer.append(i, key, patterns[i]);
          nanos[n++] = System.nanoTime() - before;
        }
        writer.commit();
      }
    }
    delete(directory);
    Arrays.sort(nanos);
    for (double percentile : List.of(50.0, 99.0, 99.99)) {
      print(name + "_p" + percentile, nanos[(int) (count * percentile / 100)] / 1000.0, "us");
    }
    print(name + "_max", nanos[count - 1] / 1000.0, "us");
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
