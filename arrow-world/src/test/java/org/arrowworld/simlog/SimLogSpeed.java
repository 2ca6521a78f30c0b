// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;

/**
 * A quick look at the cost of a record, flush and close included; no benchmark. Arguments: a
 * directory, and the number of values to log per run.
 */
final class SimLogSpeed {
  private static final String[] ACTIVITIES = {"pick", "pack", "ship", "wait", "move"};

  private static long producerNanos;

  private SimLogSpeed() {}

  public static void main(String[] args) throws IOException {
    Path root = Files.createDirectories(Path.of(args[0]));
    int values = Integer.parseInt(args[1]);
    for (Durability durability : new Durability[] {Durability.NONE, Durability.COMMIT}) {
      for (int fields : new int[] {5, 11}) {
        for (String form : new String[] {"numbers", "builder", "varargs"}) {
          StringBuilder runs = new StringBuilder();
          for (int run = 0; run < 6; run++) {
            int records = values / fields;
            long nanos = run(root, durability, fields, records, form);
            runs.append(
                Text.of(
                    " %.0f/%.1f/%.1f",
                    (double) nanos / records,
                    (double) nanos / records / fields,
                    (double) producerNanos / records / fields));
          }
          System.out.printf(
              Locale.ROOT,
              "%-6s %2d fields %s, ns per record/per triple/producer's CPU per triple:%s\n",
              durability.mode(),
              fields,
              form,
              runs);
        }
      }
    }
  }

  private static long run(Path root, Durability durability, int fields, int records, String form)
      throws IOException {
    DiskStorage storage = new DiskStorage(root);
    AtomicFiles.discard(storage, "log-speed");
    Path directory = root.resolve("log-speed");
    long start = System.nanoTime();
    long startCpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    try (SimLog log = SimLog.open(directory, LogOptions.DEFAULT.withDurability(durability))) {
      SimField activity = log.field("activity");
      SimField[] more = new SimField[fields - 2];
      for (int f = 0; f < more.length; f++) {
        more[f] = log.field("f" + f);
      }
      for (int i = 0; i < records; i++) {
        if (form.equals("varargs")) {
          logVarargs(log, fields, i);
        } else {
          SimRecord record = log.record(i * 0.5);
          if (form.equals("numbers")) {
            record.set(activity, i & 7);
          } else {
            record.set(activity, ACTIVITIES[i % 5]);
          }
          for (SimField field : more) {
            record.set(field, i + 0.5);
          }
          record.end();
        }
        if (i % 10_000 == 9_999 && durability.mode() == Durability.Mode.COMMIT) {
          log.commit();
        }
      }
    }
    long nanos = System.nanoTime() - start;
    producerNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - startCpu;
    try (SimLogReader reader = SimLogReader.open(directory)) {
      if (reader.records() != records || reader.field("f0").values() != records) {
        throw new AssertionError("lost records");
      }
    }
    AtomicFiles.discard(storage, "log-speed");
    return nanos;
  }

  private static void logVarargs(SimLog log, int fields, int i) throws IOException {
    String activity = ACTIVITIES[i % 5];
    if (fields == 5) {
      log.log(i * 0.5, "activity", activity, "f0", i + 0.5, "f1", i, "f2", i + 1.5);
    } else {
      log.log(
          i * 0.5,
          "activity",
          activity,
          "f0",
          i + 0.5,
          "f1",
          i,
          "f2",
          i + 1.5,
          "f3",
          i,
          "f4",
          i,
          "f5",
          i,
          "f6",
          0.5,
          "f7",
          1.5,
          "f8",
          2.5);
    }
  }
}
