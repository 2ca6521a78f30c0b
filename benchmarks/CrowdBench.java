// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.ecosystem.Ecosystem;
import org.arrowworld.ecosystem.EcosystemSchema;
import org.arrowworld.ecosystem.FoodRatePolicy;
import org.arrowworld.ecosystem.Preset;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.tick.TickEngine;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.WorldView;

/**
 * How large a world can be: ticks of the simulation without a log, with one, and with every commit
 * forced, on one thread and on two. One JSON line per measurement. Arguments: scratch directory,
 * creatures, ticks.
 */
final class CrowdBench {
  private static final int WARM_UP_TICKS = 20;

  private enum Mode {
    UNLOGGED,
    LOGGED,
    DURABLE
  }

  private final Path scratch;
  private final Preset preset;
  private final int ticks;

  private CrowdBench(Path scratch, Preset preset, int ticks) {
    this.scratch = scratch;
    this.preset = preset;
    this.ticks = ticks;
  }

  /** Arguments: scratch directory, creatures, ticks. */
  public static void main(String[] args) throws IOException {
    int creatures = Integer.parseInt(args[1]);
    CrowdBench bench =
        new CrowdBench(Path.of(args[0]), scaled(creatures), Integer.parseInt(args[2]));
    for (int threads : new int[] {1, 2}) {
      for (Mode mode : Mode.values()) {
        bench.measure(mode, threads);
      }
    }
  }

  /** The crowded preset with another number of creatures, as densely settled. */
  private static Preset scaled(int creatures) {
    Preset full = Preset.CROWDED;
    double part = (double) creatures / full.creatures();
    return new Preset(
        "scaled",
        creatures,
        (int) (full.food() * part),
        full.worldSize() * Math.sqrt(part),
        full.tickMicros(),
        full.edgeBand() * Math.sqrt(part),
        full.foodPerSecond() * part,
        full.foodValue(),
        (int) (full.foodLimit() * part),
        full.seasonTicks(),
        full.seasonSwing(),
        full.speed(),
        full.turn(),
        full.reach(),
        full.burnPerSecond(),
        full.hungerEnergy(),
        full.splitEnergy());
  }

  private interface Step {
    int run() throws IOException;
  }

  private void measure(Mode mode, int threads) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Ecosystem ecosystem = new Ecosystem(preset, 1, FoodRatePolicy.seasonal(preset), threads)) {
      if (mode == Mode.UNLOGGED) {
        unlogged(ecosystem, memory, threads);
      } else {
        logged(ecosystem, memory, mode, threads);
      }
    }
  }

  private void unlogged(Ecosystem ecosystem, BufferAllocator memory, int threads)
      throws IOException {
    try (MutableWorld world =
        new MutableWorld(EcosystemSchema.VERSION_1, new MutableCodebook(), memory)) {
      KeyTable keys = new KeyTable(EcosystemSchema.VERSION_1.keys());
      TickEngine engine = TickEngine.unlogged(world, keys);
      engine.run(0, ecosystem::initialWorld);
      List<Double> millis = new ArrayList<>();
      long rows = time(millis, () -> engine.run(world.tick() + 1, ecosystem::step));
      print(Mode.UNLOGGED, threads, millis, rows, 0, world, memory);
    }
  }

  private void logged(Ecosystem ecosystem, BufferAllocator memory, Mode mode, int threads)
      throws IOException {
    DiskStorage storage = new DiskStorage(scratch.resolve("store"));
    LogOptions options =
        LogOptions.DEFAULT.withDurability(
            mode == Mode.DURABLE ? Durability.COMMIT : Durability.NONE);
    StoreInfo info = StoreInfo.create(EcosystemSchema.VERSION_1, "tick", java.util.Map.of());
    try (LiveWorld live =
        LiveWorld.create(
            storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      live.tick(0, ecosystem::initialWorld);
      live.sync();
      long before = bytes(info, storage);
      List<Double> millis = new ArrayList<>();
      long rows = time(millis, () -> live.tick(ecosystem::step));
      live.sync();
      long perTick = (bytes(info, storage) - before) / (ticks + WARM_UP_TICKS);
      print(mode, threads, millis, rows, perTick, live.world(), memory);
    }
    AtomicFiles.discard(new DiskStorage(scratch), "store");
  }

  private static long bytes(StoreInfo info, DiskStorage storage) throws IOException {
    try (Log log = info.openLog(storage)) {
      return log.bytes();
    }
  }

  /** Milliseconds of each tick after the warm-up; returns the rows of a tick, on average of all. */
  private long time(List<Double> millis, Step step) throws IOException {
    long rows = 0;
    for (int i = 0; i < ticks + WARM_UP_TICKS; i++) {
      long start = System.nanoTime();
      rows += step.run();
      if (i >= WARM_UP_TICKS) {
        millis.add((System.nanoTime() - start) / 1e6);
      }
    }
    return rows / (ticks + WARM_UP_TICKS);
  }

  private void print(
      Mode mode,
      int threads,
      List<Double> millis,
      long rows,
      long bytesPerTick,
      WorldView world,
      BufferAllocator memory) {
    double[] sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    long worldRows = world.tables().stream().mapToLong(t -> t.rows()).sum();
    System.out.printf(
        Locale.ROOT,
        "{\"mode\":\"%s\",\"threads\":%d,\"creatures\":%d,\"world_rows\":%d,\"median_ms\":%.2f,\"max_ms\":%.2f,"
            + "\"all_ms\":%s,\"log_rows_per_tick\":%d,\"log_bytes_per_tick\":%d,\"arrow_bytes\":%d,"
            + "\"heap_bytes\":%d,\"resume_hash\":\"%s\"}\n",
        mode.name().toLowerCase(Locale.ROOT),
        threads,
        world.table("creature").rows(),
        worldRows,
        sorted[sorted.length / 2],
        sorted[sorted.length - 1],
        Arrays.toString(millis.stream().mapToLong(Math::round).toArray()),
        rows,
        bytesPerTick,
        memory.getAllocatedMemory(),
        heapBytes(),
        Hashes.resume(world));
  }

  /**
   * What is reachable on the heap: the world's id maps, the simulation's grid, the log's buffers.
   */
  private static long heapBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
