// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.timeline.Cursor;
import org.arrowworld.timeline.Timeline;

/**
 * Runs to look at, and what going through them costs. {@code make DIR ENTITIES TICKS}: a world
 * whose rows all move, six columns a tick. {@code read DIR SEEKS}: stepping through it beside one
 * pass, and ticks at random by a cursor beside {@code at}; one line of JSON.
 */
final class ViewBench {
  private static final String[] COLUMNS = {"x", "y", "vx", "vy", "energy", "heat"};
  private static final int SNAPSHOT_EVERY = 50;

  private ViewBench() {}

  public static void main(String[] args) throws IOException {
    Path store = Path.of(args[1]);
    if (args[0].equals("make")) {
      make(store, Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    } else {
      read(store, Integer.parseInt(args[2]));
    }
  }

  private static void make(Path path, int entities, int ticks) throws IOException {
    TableSchema.Builder dot = TableSchema.row("dot");
    for (String column : COLUMNS) {
      dot.column(column, ColumnType.F32);
    }
    SplittableRandom random = new SplittableRandom(1);
    float[][] values = new float[COLUMNS.length][entities];
    for (float[] column : values) {
      for (int i = 0; i < entities; i++) {
        column[i] = (float) (100 * random.nextDouble());
      }
    }
    try (LiveWorld live =
        LiveWorld.create(
            path,
            WorldSchema.of(dot.build()),
            WorldOptions.DEFAULT.withDurability(Durability.NONE))) {
      live.tick(t -> t.table("dot").insertAll(entities));
      for (int tick = 1; tick <= ticks; tick++) {
        for (int i = 0; i < entities; i++) {
          values[0][i] = (values[0][i] + (values[2][i] - 50) / 100 + 100) % 100;
          values[1][i] = (values[1][i] + (values[3][i] - 50) / 100 + 100) % 100;
          values[4][i] = (values[4][i] + 0.1f) % 100;
        }
        live.tick(
            t -> {
              for (int c = 0; c < COLUMNS.length; c++) {
                t.table("dot").write(COLUMNS[c], values[c]);
              }
            });
        if (tick % SNAPSHOT_EVERY == 0) {
          live.snapshot();
        }
      }
      live.seal();
    }
    System.out.println("made");
  }

  private static void read(Path path, int seeks) throws IOException {
    try (Store store = Store.open(path)) {
      long first = store.firstTick();
      long last = store.lastTick();
      double pass = 0;
      double stepping = 0;
      String passed = "";
      String stepped = "";
      for (int round = 0; round < 2; round++) { // the first warms up
        long start = System.nanoTime();
        try (Cursor cursor = store.cursor()) {
          cursor.keepWorlds(0);
          cursor.seek(first);
          while (cursor.next()) {
            stepping = (System.nanoTime() - start) / 1e9;
          }
          stepped = Hashes.resume(cursor.world());
        }
        start = System.nanoTime();
        try (RootAllocator memory = new RootAllocator();
            DiskStorage storage = new DiskStorage(path);
            Timeline timeline = Timeline.open(storage);
            MutableWorld world = timeline.at(last, Timeline.Start.BASE, memory)) {
          pass = (System.nanoTime() - start) / 1e9;
          passed = Hashes.resume(world);
        }
      }
      SplittableRandom random = new SplittableRandom(2);
      long[] ticks = random.longs(seeks, first, last + 1).toArray();
      double[] bySeek = new double[seeks];
      double[] byAt = new double[seeks];
      boolean equal = passed.equals(stepped);
      try (Cursor cursor = store.cursor()) {
        for (int i = 0; i < seeks; i++) {
          long tick = ticks[i];
          bySeek[i] = timed(() -> cursor.seek(tick));
          byAt[i] = timed(() -> store.at(tick).close());
          equal &= i > 2 || Hashes.resume(cursor.world()).equals(store.resumeHash(tick));
        }
      }
      System.out.println(
          String.format(
              Locale.ROOT,
              "{\"rows\":%d,\"ticks\":%d,\"hash\":\"%s\",\"equal\":%b,\"pass\":%.6f,\"stepping\":%.6f,\"seek\":%s,\"at\":%s}",
              store.end().seq(),
              last - first,
              stepped,
              equal,
              pass,
              stepping,
              list(bySeek),
              list(byAt)));
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static double timed(Work work) throws IOException {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }

  private static String list(double[] values) {
    return Arrays.stream(values)
        .mapToObj(v -> String.format(Locale.ROOT, "%.6f", v))
        .collect(Collectors.joining(",", "[", "]"));
  }
}
