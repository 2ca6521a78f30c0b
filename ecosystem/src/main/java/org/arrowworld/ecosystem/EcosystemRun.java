// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Log;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;

/**
 * One run of the simulation into a store: begun with {@link #create} or {@link #resume}, done once
 * with {@link #run}, then closed.
 *
 * <pre>{@code
 * try (EcosystemRun run = EcosystemRun.create(Path.of("world"), RunOptions.DEFAULT)) {
 *   RunResult result = run.run(1_000, Progress.NONE);
 * }
 * }</pre>
 *
 * <p>One thread, but {@link #stop} may come from any. Closing without having run, or after a
 * failure, loses nothing that was committed.
 */
public final class EcosystemRun implements Closeable {
  /** Raised when the systems change so that an older store would not go on as it began. */
  private static final long RULES = 1;

  private final Storage storage;
  private final RunOptions options;
  private final BufferAllocator memory;
  private final LiveWorld live;
  private final Preset preset;
  private final long seed;
  private final Ecosystem ecosystem;
  private long triples;
  private boolean begun;
  private volatile boolean stopRequested;

  private EcosystemRun(Storage storage, RunOptions options, BufferAllocator memory, LiveWorld live)
      throws IOException {
    this.storage = storage;
    this.options = options;
    this.memory = memory;
    this.live = live;
    this.preset = Preset.fromProperties(live.info().properties());
    this.seed = seed(live.info());
    this.ecosystem =
        new Ecosystem(preset, seed, FoodRatePolicy.seasonal(preset), options.threads());
    if (live.lastTick() < 0) {
      triples += live.tick(0, ecosystem::initialWorld);
    }
  }

  /**
   * Creates a store and commits the initial world as its tick 0.
   *
   * @throws InvalidUseException if there is a store already
   */
  public static EcosystemRun create(Path out, RunOptions options) throws IOException {
    return create(new DiskStorage(out), options);
  }

  /** As {@link #create(Path, RunOptions)}, in a storage that stays the caller's. */
  public static EcosystemRun create(Storage storage, RunOptions options) throws IOException {
    return create(storage, options, Long.MAX_VALUE);
  }

  /** As {@link #create(Storage, RunOptions)}, in at most so much Arrow memory. */
  public static EcosystemRun create(Storage storage, RunOptions options, long mostBytes)
      throws IOException {
    StoreInfo info =
        StoreInfo.create(
            EcosystemSchema.VERSION_1,
            Text.of("%d us", options.preset().tickMicros()),
            properties(options));
    return open(
        storage,
        options,
        mostBytes,
        memory ->
            LiveWorld.create(
                storage, info, WorldOptions.DEFAULT.withLog(options.log()).withAllocator(memory)));
  }

  /**
   * Opens a store to go on after its last committed tick, with its own preset and seed; those of
   * the options count for nothing.
   *
   * @throws InvalidUseException if it is no ecosystem's store
   * @throws UnsupportedVersionException if it was run by other rules than this release's
   * @throws DamagedFileException if its log is damaged
   */
  public static EcosystemRun resume(Path store, RunOptions options) throws IOException {
    return resume(new DiskStorage(store), options);
  }

  /** As {@link #resume(Path, RunOptions)}, from a storage that stays the caller's. */
  public static EcosystemRun resume(Storage storage, RunOptions options) throws IOException {
    return resume(storage, options, Long.MAX_VALUE);
  }

  /** As {@link #resume(Storage, RunOptions)}, in at most so much Arrow memory. */
  public static EcosystemRun resume(Storage storage, RunOptions options, long mostBytes)
      throws IOException {
    check(StoreInfo.read(storage));
    return open(
        storage,
        options,
        mostBytes,
        memory ->
            LiveWorld.resume(
                storage, WorldOptions.DEFAULT.withLog(options.log()).withAllocator(memory)));
  }

  private interface Opener {
    LiveWorld open(BufferAllocator memory) throws IOException;
  }

  private static EcosystemRun open(
      Storage storage, RunOptions options, long mostBytes, Opener opener) throws IOException {
    BufferAllocator memory = new RootAllocator(mostBytes);
    LiveWorld live = null;
    try {
      live = opener.open(memory);
      return new EcosystemRun(storage, options, memory, live);
    } catch (IOException | RuntimeException | Error e) {
      try {
        close(live, memory);
      } catch (IOException | RuntimeException f) {
        e.addSuppressed(f);
      }
      throw e;
    }
  }

  private static void close(LiveWorld live, BufferAllocator memory) throws IOException {
    try {
      if (live != null) {
        live.close();
      }
    } finally {
      memory.close();
    }
  }

  private static Map<String, String> properties(RunOptions options) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("application", "ecosystem");
    properties.put("rules", Long.toString(RULES));
    properties.put("seed", Long.toString(options.seed()));
    properties.putAll(options.preset().toProperties());
    return properties;
  }

  private static void check(StoreInfo info) throws IOException {
    if (!info.property("application").orElse("").equals("ecosystem")) {
      throw new InvalidUseException(
          "Cannot resume this store: it was not made by the ecosystem, and only the program that made it knows how it goes on");
    }
    long rules = number(info, "rules");
    if (rules != RULES) {
      throw new UnsupportedVersionException(
          "store.json", "ecosystem rules version", rules, Long.toString(RULES));
    }
    seed(info);
    Preset.fromProperties(info.properties());
    if (!info.schema().equals(EcosystemSchema.VERSION_1)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot resume this store: its schema, version %d, is not the ecosystem's",
              info.schema().version()));
    }
  }

  private static long seed(StoreInfo info) {
    return number(info, "seed");
  }

  private static long number(StoreInfo info, String property) {
    String text = info.property(property).orElse("missing");
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new InvalidUseException(
          Text.of(
              "Cannot resume this store: its property '%s' is %s, expected a number",
              property, text),
          e);
    }
  }

  /** The live world; for reading between ticks. */
  public LiveWorld live() {
    return live;
  }

  /** The parameters of this store. */
  public Preset preset() {
    return preset;
  }

  /** The seed of this store. */
  public long seed() {
    return seed;
  }

  /** Ends the run after the tick it is at, which is committed; any thread, any time. */
  public void stop() {
    stopRequested = true;
  }

  /** Runs as many ticks as the options say; see {@link #run(long, Progress)}. */
  public RunResult run(Progress progress) throws IOException {
    return run(options.ticks(), progress);
  }

  /**
   * Commits further ticks and seals the log. Once only.
   *
   * @param ticks how many
   */
  public RunResult run(long ticks, Progress progress) throws IOException {
    if (ticks < 0) {
      throw new InvalidUseException(Text.of("Cannot run %d ticks: expected 0 or more", ticks));
    }
    if (begun) {
      throw new InvalidUseException("Cannot run twice: resume the store instead");
    }
    begun = true;
    long start = System.nanoTime();
    PopulationSummary population =
        PopulationSummary.startingWith(live.world().table("creature").rows());
    long done = 0;
    while (done < ticks && !stopRequested) {
      triples += live.tick(ecosystem::step);
      done++;
      PopulationRow row = PopulationRow.last(live.world());
      population = population.plus(row);
      if (options.snapshotEveryTicks() > 0 && live.lastTick() % options.snapshotEveryTicks() == 0) {
        live.snapshotLater();
      }
      progress.committed(done, ticks, row);
    }
    live.awaitSnapshot();
    live.seal();
    long elapsedNanos = System.nanoTime() - start;
    return new RunResult(
        preset.name(),
        seed,
        live.lastTick(),
        done,
        triples,
        live.committed().seq(),
        logBytes(),
        population,
        Hashes.world(live.world().tables()),
        elapsedNanos,
        done < ticks);
  }

  private long logBytes() throws IOException {
    try (Log log = live.info().openLog(storage)) {
      return log.bytes();
    }
  }

  /** Closes the store. Idempotent. */
  @Override
  public void close() throws IOException {
    ecosystem.close();
    close(live, memory);
  }
}
