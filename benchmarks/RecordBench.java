// SPDX-License-Identifier: Apache-2.0
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.logging.FileHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.simlog.SimField;
import org.arrowworld.simlog.SimFieldInfo;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.simlog.SimRecord;
import org.arrowworld.storage.BufferCompression;

/** SimLog's part of {@link LogBench}: records of 5 and 11 fields, text logging, sparse fields. */
final class RecordBench {
  private static final String[] ACTIVITIES = {"picking", "packing", "waiting", "moving", "idle"};
  private static final int ENTITIES = 1000;
  private static final int SPARSE_FIELDS = 100;
  private static final LogOptions NONE = LogOptions.DEFAULT.withDurability(Durability.NONE);

  private final Path scratch;
  private final int rows;

  RecordBench(Path scratch, int rows) {
    this.scratch = scratch;
    this.rows = rows;
  }

  void run() throws IOException {
    for (int fields : new int[] {5, 11}) {
      builder(fields);
      varargs(fields);
    }
    events();
    text();
    sparse();
  }

  private interface Body {
    void write(SimLog log, int records) throws IOException;
  }

  private void timed(String name, int fields, Body body) throws IOException {
    Path directory = Files.createTempDirectory(scratch, "sim");
    int records = rows / fields;
    long start = System.nanoTime();
    long producer;
    long written;
    try (SimLog log = SimLog.open(directory, NONE)) {
      body.write(log, records);
      producer = System.nanoTime() - start;
      log.sync();
      written = System.nanoTime() - start;
    }
    try (SimLogReader reader = SimLogReader.open(directory)) {
      if (reader.records() != records || reader.field("f0").values() != records) {
        throw new IllegalStateException(reader.records() + " records, expected " + records);
      }
    }
    LogBench.print(name + "_record", written / (double) records, "ns/record");
    LogBench.print(name + "_triple", written / (double) records / fields, "ns/triple");
    LogBench.print(name + "_producer_triple", producer / (double) records / fields, "ns/triple");
    LogBench.delete(directory);
  }

  private void builder(int fields) throws IOException {
    timed(
        "simlog_builder_" + fields,
        fields,
        (log, records) -> {
          SimField activity = log.field("activity");
          SimField[] more = new SimField[fields - 2];
          for (int f = 0; f < more.length; f++) {
            more[f] = log.field("f" + f);
          }
          for (int i = 0; i < records; i++) {
            SimRecord record = log.record(i * 0.5).set(activity, ACTIVITIES[i % 5]);
            for (SimField field : more) {
              record.set(field, i + 0.5);
            }
            record.end();
          }
        });
  }

  private void varargs(int fields) throws IOException {
    timed(
        "simlog_varargs_" + fields,
        fields,
        (log, records) -> {
          for (int i = 0; i < records; i++) {
            double v = i + 0.5;
            String activity = ACTIVITIES[i % 5];
            if (fields == 5) {
              log.log(i * 0.5, "activity", activity, "f0", v, "f1", v, "f2", v);
            } else {
              log.log(
                  i * 0.5,
                  "activity",
                  activity,
                  "f0",
                  v,
                  "f1",
                  v,
                  "f2",
                  v,
                  "f3",
                  v,
                  "f4",
                  v,
                  "f5",
                  v,
                  "f6",
                  v,
                  "f7",
                  v,
                  "f8",
                  v);
            }
          }
        });
  }

  /** The same events as {@link #text}, and the question for those of entity 42. */
  private void events() throws IOException {
    Path directory = Files.createTempDirectory(scratch, "sim");
    int records = rows / 4;
    long start = System.nanoTime();
    try (SimLog log = SimLog.open(directory, NONE.withSealing(BufferCompression.zstd(1)))) {
      SimField activity = log.field("activity");
      SimField entity = log.field("entity");
      SimField value = log.field("value");
      for (int i = 0; i < records; i++) {
        SimRecord record = log.record(i * 0.5);
        record.set(activity, ACTIVITIES[i % 5]).set(entity, i % ENTITIES);
        record.set(value, i * 0.25).end();
      }
      log.sync();
      LogBench.print(
          "events_simlog_write", (System.nanoTime() - start) / (double) records, "ns/event");
      log.seal();
    }
    LogBench.print("events_simlog_size", bytes(directory) / (double) records, "bytes/event");
    start = System.nanoTime();
    long[] found = new long[1];
    try (SimLogReader reader = SimLogReader.open(directory)) {
      SimFieldInfo entity = reader.field("entity");
      reader.scan(List.of(entity), record -> found[0] += record.longValue(entity) == 42 ? 1 : 0);
    }
    LogBench.print("events_simlog_question", (System.nanoTime() - start) / 1e6, "ms");
    check(found[0], records);
    LogBench.delete(directory);
  }

  private static void check(long found, int records) {
    long expected = (records - 43L + ENTITIES) / ENTITIES;
    if (found != expected) {
      throw new IllegalStateException(found + " events of entity 42, expected " + expected);
    }
  }

  /** java.util.logging to a file, one line per event. */
  private void text() throws IOException {
    Path file = Files.createTempFile(scratch, "text", ".log");
    int records = Math.min(rows / 4, 500_000);
    Logger logger = Logger.getAnonymousLogger();
    logger.setUseParentHandlers(false);
    FileHandler handler = new FileHandler(file.toString());
    handler.setFormatter(new Line());
    logger.addHandler(handler);
    long start = System.nanoTime();
    for (int i = 0; i < records; i++) {
      logger.log(
          Level.INFO,
          "time={0} activity={1} entity={2} value={3}",
          new Object[] {i * 0.5, ACTIVITIES[i % 5], i % ENTITIES, i * 0.25});
    }
    handler.close();
    LogBench.print("events_jul_write", (System.nanoTime() - start) / (double) records, "ns/event");
    LogBench.print("events_jul_size", Files.size(file) / (double) records, "bytes/event");
    start = System.nanoTime();
    long found;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      found = lines.lines().filter(line -> line.contains(" entity=42 ")).count();
    }
    double millis = (System.nanoTime() - start) / 1e6;
    LogBench.print("events_jul_question", millis * (rows / 4) / records, "ms for as many events");
    check(found, records);
    Files.delete(file);
  }

  /** A plain line, without MessageFormat's grouping of digits. */
  private static final class Line extends Formatter {
    @Override
    public String format(LogRecord record) {
      Object[] p = record.getParameters();
      return String.format(
          Locale.ROOT,
          "%tFT%<tT INFO time=%s activity=%s entity=%s value=%s\n",
          record.getMillis(),
          p[0],
          p[1],
          p[2],
          p[3]);
    }
  }

  /** Records that have 5 of 100 fields each, against 100 dense columns of 8 bytes. */
  private void sparse() throws IOException {
    int records = rows / 5;
    for (BufferCompression sealing : List.of(BufferCompression.NONE, BufferCompression.zstd(1))) {
      Path directory = Files.createTempDirectory(scratch, "sim");
      try (SimLog log = SimLog.open(directory, NONE.withSealing(sealing))) {
        SimField[] fields = new SimField[SPARSE_FIELDS];
        for (int f = 0; f < SPARSE_FIELDS; f++) {
          fields[f] = log.field("f" + f);
        }
        for (int i = 0; i < records; i++) {
          SimRecord record = log.record();
          for (int f = 0; f < 5; f++) {
            record.set(fields[(i * 7 + f * 20) % SPARSE_FIELDS], i + 0.5);
          }
          record.end();
        }
        log.seal();
      }
      String name = "sparse_" + (sealing.equals(BufferCompression.NONE) ? "plain" : "zstd");
      LogBench.print(name, bytes(directory) / (double) records, "bytes/record");
      LogBench.delete(directory);
    }
    LogBench.print("sparse_dense_columns", 8.0 * SPARSE_FIELDS, "bytes/record");
  }

  private static long bytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
