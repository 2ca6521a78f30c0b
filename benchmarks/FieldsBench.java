// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.arrowworld.field.FieldArray;
import org.arrowworld.field.FieldMetadata;
import org.arrowworld.field.FieldRunOptions;
import org.arrowworld.field.FieldRunOptions.Durability;
import org.arrowworld.field.FieldSnapshot;
import org.arrowworld.field.FieldSnapshotWriter;
import org.arrowworld.field.FieldSnapshots;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;

/** The Java side of {@code benchmarks/fields.py}: prints one JSON line of its runs, in seconds. */
public final class FieldsBench {
  private static final int SIDE = 64;
  private static final int READS = 5_000;

  /** Arguments: directory, snapshots, snapshots per flush, runs. */
  public static void main(String[] args) throws IOException {
    DiskStorage storage = new DiskStorage(Path.of(args[0]));
    int snapshots = Integer.parseInt(args[1]);
    int flushEvery = Integer.parseInt(args[2]);
    List<String> forced = new ArrayList<>();
    List<String> written = new ArrayList<>();
    List<String> slabs = new ArrayList<>();
    List<String> points = new ArrayList<>();
    List<String> anonymousKib = new ArrayList<>();
    double[] checksum = new double[2];
    for (int run = 0; run < Integer.parseInt(args[3]); run++) {
      for (Durability durability : Durability.values()) {
        List<String> times = durability == Durability.FORCED ? forced : written;
        AtomicFiles.discard(storage, "java");
        times.add(write(storage, snapshots, flushEvery, durability, anonymousKib));
      }
      try (FieldSnapshots fields = FieldSnapshots.open(storage, "java")) {
        long start = System.nanoTime();
        checksum[0] = 0;
        double[] grid = new double[SIDE * SIDE];
        for (int i = 0; i < READS; i++) {
          fields.field("u", i * 7919L % snapshots).copyTo(grid);
          checksum[0] += sum(grid);
        }
        slabs.add(seconds(start));
        start = System.nanoTime();
        checksum[1] = 0;
        for (double value : fields.fieldAtPoint("u", 10, 20)) {
          checksum[1] += value;
        }
        points.add(seconds(start));
      }
    }
    System.out.printf(
        Locale.ROOT,
        "{\"forced\": %s, \"written\": %s, \"slabs\": %s, \"point\": %s, \"rss_anon_kib\": %s,"
            + " \"slab_sum\": %s, \"point_sum\": %s, \"java\": \"%s\"}\n",
        forced,
        written,
        slabs,
        points,
        anonymousKib,
        checksum[0],
        checksum[1],
        System.getProperty("java.version"));
  }

  /** Four sums side by side, as NumPy's is not one chain of additions either. */
  private static double sum(double... values) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    for (int i = 0; i < values.length; i += 4) {
      a += values[i];
      b += values[i + 1];
      c += values[i + 2];
      d += values[i + 3];
    }
    return a + b + c + d;
  }

  private static String write(
      DiskStorage storage, int snapshots, int flushEvery, Durability durability, List<String> rss)
      throws IOException {
    FieldMetadata metadata = FieldMetadata.grid(SIDE, SIDE).fields("u").build();
    FieldRunOptions options =
        FieldRunOptions.DEFAULT.with(durability).flushEvery(flushEvery).expecting(snapshots);
    double[] grid = new double[SIDE * SIDE];
    for (int i = 0; i < grid.length; i++) {
      grid[i] = i;
    }
    Map<String, FieldArray> fields = Map.of("u", FieldArray.of(grid, SIDE, SIDE));
    long start = System.nanoTime();
    try (FieldSnapshotWriter writer =
        FieldSnapshotWriter.create(storage, "java", metadata, options)) {
      for (int i = 0; i < snapshots; i++) {
        grid[i % grid.length] += 1;
        writer.append(i, FieldSnapshot.of(fields));
        if (durability == Durability.FORCED && (i == snapshots / 10 || i == snapshots - 1)) {
          rss.add(anonymousKib());
        }
      }
    }
    return seconds(start);
  }

  private static String anonymousKib() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return "null";
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("RssAnon:")) {
        return line.replaceAll("\\D", "");
      }
    }
    return "null";
  }

  private static String seconds(long start) {
    return String.format(Locale.ROOT, "%.4f", (System.nanoTime() - start) / 1e9);
  }
}
