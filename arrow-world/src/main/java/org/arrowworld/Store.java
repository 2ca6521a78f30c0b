// SPDX-License-Identifier: Apache-2.0
package org.arrowworld;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.memory.DirectMemory;
import org.arrowworld.internal.store.NewStore;
import org.arrowworld.log.BatchFilter;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogPlan;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.ScanProgress;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.maintenance.StoreFork;
import org.arrowworld.maintenance.StoreMigration;
import org.arrowworld.maintenance.StorePublication;
import org.arrowworld.maintenance.StoreRecovery;
import org.arrowworld.maintenance.StoreSnapshot;
import org.arrowworld.maintenance.StoreTruncation;
import org.arrowworld.migration.Migrations;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.stats.KeyStatistics;
import org.arrowworld.stats.Summary;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Cursor;
import org.arrowworld.timeline.Projection;
import org.arrowworld.timeline.Queries;
import org.arrowworld.timeline.StoreDiff;
import org.arrowworld.timeline.Verifier;
import org.arrowworld.timeline.WorldColumns;
import org.arrowworld.window.StreamingWorld;
import org.arrowworld.window.Window;

/**
 * A recorded run, for reading: its world at any tick, the life of any entity, every row of its log.
 *
 * <pre>{@code
 * try (Store store = Store.open(Path.of("run"))) {
 *   try (World world = store.at(100)) {
 *     System.out.println(world.table("ship").f64("x").get(0));
 *   }
 *   store.history("ship", 0).forEach(change -> System.out.println(change.tick() + " " + change.value()));
 * }
 * }</pre>
 *
 * <p>It shows what was committed when it was opened; a run that goes on is opened again for more.
 * Reading takes no lock and writes nothing. One thread.
 *
 * <p>Upkeep ({@link #seal}, {@link #truncateAfter}, {@link #compact}, {@link #snapshot}) takes the
 * store's lock while it works and fails with {@link org.arrowworld.errors.StoreLockedException} at
 * once if a run holds it. Afterwards this store shows what it has become; its cursors are closed.
 */
public final class Store extends StoreQueries implements Closeable {
  private final OpenStore open;

  private Store(OpenStore open) {
    this.open = open;
  }

  /**
   * Opens the store in a directory.
   *
   * @throws org.arrowworld.errors.StoreNotFoundException if there is none
   * @throws org.arrowworld.errors.DamagedFileException if it cannot be read; {@link
   *     #verify(Storage, Verifier.Options)} says what is damaged, {@link #recover} saves what can
   *     be saved
   */
  public static Store open(Path directory) throws IOException {
    return new Store(OpenStore.of(directory, DirectMemory.newAllocator()));
  }

  /** As {@link #open(Path)}, with memory of the caller's allocator, which outlives the store. */
  public static Store open(Path directory, BufferAllocator allocator) throws IOException {
    return new Store(OpenStore.of(directory, OpenStore.child(allocator)));
  }

  /**
   * Opens the store at an address: a folder ({@code file:}), or a published store ({@code http:},
   * {@code https:}, others by an {@code ObjectStoreProvider} on the class path). A published store
   * never changes; if its files are replaced or cut meanwhile, reading says so.
   *
   * @throws org.arrowworld.errors.StoreNotFoundException if there is none
   * @throws InvalidUseException if nothing on the class path reads such addresses
   */
  public static Store open(URI address) throws IOException {
    return new Store(OpenStore.of(address, DirectMemory.newAllocator()));
  }

  /** As {@link #open(Path)}; the storage stays the caller's. */
  public static Store open(Storage storage) throws IOException {
    return new Store(OpenStore.of(storage, DirectMemory.newAllocator()));
  }

  /** As {@link #open(Path, BufferAllocator)}; the storage stays the caller's. */
  public static Store open(Storage storage, BufferAllocator allocator) throws IOException {
    return new Store(OpenStore.of(storage, OpenStore.child(allocator)));
  }

  /** What the store says about itself: its id, its properties, what wrote it. */
  public StoreInfo info() {
    return open.timeline().info();
  }

  /** The tables and keys it was created with. */
  public WorldSchema schema() {
    return info().schema();
  }

  /** Where its files are. */
  public Storage storage() {
    return open.storage();
  }

  /** The committed rows, to be read batch by batch. Closed with the store. */
  public Log log() {
    return open.timeline().log();
  }

  /** As {@link #plan(BatchFilter)}, of the whole log. */
  public LogPlan plan() throws IOException {
    return plan(BatchFilter.ALL);
  }

  /**
   * The batches of the log that may hold wanted rows, for engines that read them in any order on
   * many machines. A {@link org.arrowworld.log.PlanReader} reads them; the plan outlives this
   * store.
   *
   * @throws org.arrowworld.errors.DamagedFileException if the history begins with a base that is
   *     missing
   */
  public LogPlan plan(BatchFilter filter) throws IOException {
    return open.timeline().plan(Given.required("plan", "filter", filter));
  }

  /** Whether no tick was committed yet. */
  public boolean isEmpty() throws IOException {
    return open.timeline().end().tick() < 0;
  }

  /**
   * The first tick whose world it can tell.
   *
   * @throws InvalidUseException if no tick was committed yet, see {@link #isEmpty}
   */
  public long firstTick() throws IOException {
    return open.timeline().firstTick();
  }

  /** The last committed tick; throws as {@link #firstTick} does. */
  public long lastTick() throws IOException {
    return open.timeline().lastTick();
  }

  /** Where the log stands after the last committed tick: its tick, seq and digest chain. */
  public LogPosition end() throws IOException {
    return open.timeline().end();
  }

  /** Damaged snapshots that were passed over so far, in plain words. */
  public List<String> warnings() {
    return open.timeline().warnings();
  }

  /**
   * The world after the last committed tick at or before {@code tick}. The caller closes it;
   * closing the store does too.
   *
   * @throws InvalidUseException if the tick lies before the first or after the last one
   */
  public World at(long tick) throws IOException {
    return at(tick, Projection.ALL);
  }

  /** As {@link #at(long)}, with memory for some tables and columns alone. */
  public World at(long tick, Projection wanted) throws IOException {
    return open.at(tick, wanted);
  }

  /**
   * The world at a time, where the store says when its ticks are: the tick of which {@link #time}
   * gives it, as {@link #at(long)}. A float64 is meant as it is written, {@code 0.1}; a {@link
   * java.math.BigDecimal} and integers are exact.
   *
   * @throws InvalidUseException if there is no such tick, naming those beside the time
   */
  public World atTime(Number time) throws IOException {
    return at(info().requireTime().tick(time));
  }

  /** As {@link #atTime(Number)}, where the store says since when it counts. */
  public World atTime(Instant instant) throws IOException {
    return at(info().requireTime().tick(instant));
  }

  /**
   * The time of a tick, counted in {@code info().time().unit()}: the nearest float64.
   *
   * @throws InvalidUseException if the store does not say the time of its ticks
   */
  public double time(long tick) {
    return info().requireTime().at(tick);
  }

  /**
   * The columns of the world at a tick, to be written out or hashed whole: they take no memory
   * where a snapshot stands there. The caller closes them before the store.
   */
  public WorldColumns columnsAt(long tick) throws IOException {
    return open.timeline().columnsAt(tick, open.memory());
  }

  /** A world to be moved from tick to tick, which costs one pass over the log. */
  public Cursor cursor() {
    return cursor(Projection.ALL);
  }

  /** As {@link #cursor()}, with memory for some tables and columns alone. */
  public Cursor cursor(Projection wanted) {
    return open.cursor(wanted);
  }

  /**
   * The last ticks in memory, older ones in the files, behind one set of queries; it follows a run
   * that goes on. The caller closes it; closing the store does too.
   */
  public StreamingWorld window(Window window) throws IOException {
    return open.window(window);
  }

  @Override
  Queries queries() {
    return open.queries();
  }

  /**
   * The first tick at which this history and another differ, and up to 20 differences in it. Reads
   * a few batches of each log.
   *
   * @throws InvalidUseException if their schemas differ or they have no tick in common
   */
  public StoreDiff.Report diff(Store other) throws IOException {
    return diff(other, 20);
  }

  /** As {@link #diff(Store)}, naming at most so many differences. */
  public StoreDiff.Report diff(Store other, int most) throws IOException {
    Given.required("compare", "second store", other);
    return StoreDiff.compare(open.timeline(), other.open.timeline(), most, open.memory());
  }

  /** A summary of all values of a key: how many, mean, least, greatest, quartiles. */
  public Summary stats(String key) throws IOException {
    return stats(KeyStatistics.Options.of(key));
  }

  /**
   * As {@link #stats(String)}, of some ticks or with a histogram. Memory does not grow with the
   * history: values beyond a buffer are sorted in temporary files.
   */
  public Summary stats(KeyStatistics.Options options) throws IOException {
    return KeyStatistics.all(open.timeline().log(), options);
  }

  /** Shows a summary for each tick that has values of a key. */
  public void statsByTick(KeyStatistics.Options options, KeyStatistics.TickVisitor visitor)
      throws IOException {
    KeyStatistics.byTick(open.timeline().log(), options, visitor);
  }

  /**
   * {@code hash_world} of the world at a tick: equal hashes of one store are equal worlds. Words
   * count by their codes, which are the store's own.
   */
  public String hashWorld(long tick) throws IOException {
    try (WorldColumns world = columnsAt(tick)) {
      return Hashes.world(world.tables());
    }
  }

  /** {@code hash_columns} of columns of a table at a tick, in the given order. */
  public String hashColumns(long tick, String table, String... columns) throws IOException {
    try (WorldColumns world = columnsAt(tick)) {
      return Hashes.columns(
          world.table(table), Arrays.asList(Given.required("hash", "list of columns", columns)));
    }
  }

  /** {@code resume_hash} of a tick: equal ones go on equally, with the same ids. */
  public String resumeHash(long tick) throws IOException {
    return open.timeline().resumeHash(tick, open.memory());
  }

  /** Proves checksums, footers, the digest chain, and every snapshot against replay. */
  public Verifier.Report verify() throws IOException {
    return verify(Verifier.Options.STANDARD);
  }

  /** As {@link #verify()}, with how much to do. */
  public Verifier.Report verify(Verifier.Options options) throws IOException {
    open.timeline();
    return Verifier.verify(storage(), options, open.memory());
  }

  /** As {@link #verify()}, of a store that may be too damaged to be opened. */
  public static Verifier.Report verify(Storage storage, Verifier.Options options)
      throws IOException {
    return Verifier.verify(storage, options);
  }

  /** Seals what a writer that ended left unsealed; nothing happens where all is sealed. */
  public void seal() throws IOException {
    open.seal();
  }

  /** Makes sure that a snapshot stands at a tick, so that reading near it is fast. */
  public StoreSnapshot.Report snapshot(long tick) throws IOException {
    return open.upkeep(() -> StoreSnapshot.at(storage(), tick, open.memory()));
  }

  /** Removes every tick after {@code tick}, and the snapshots of those ticks, for good. */
  public StoreTruncation.Report truncateAfter(long tick) throws IOException {
    return open.upkeep(() -> StoreTruncation.after(storage(), tick));
  }

  /** Seals what is live and merges small segments; every tick stays. */
  public StoreCompaction.Report compact() throws IOException {
    return compact(StoreCompaction.Options.ALL_TICKS);
  }

  /** As {@link #compact()}; may also give up old history, or compress. */
  public StoreCompaction.Report compact(StoreCompaction.Options options) throws IOException {
    return open.upkeep(() -> StoreCompaction.run(storage(), options, open.memory()));
  }

  /**
   * Publishes this store into a folder, for any web server: a copy that is sealed, compact and
   * never changes, to be read by {@link #open(URI)}. This store is sealed and compacted first.
   * After a failure it is called again, and goes on.
   *
   * @param folder is made; if it exists, it holds nothing but a part of this publication
   */
  public StorePublication.Report publish(Path folder) throws IOException {
    return open.upkeep(
        () -> StorePublication.run(storage(), folder, ScanProgress.NONE, open.memory()));
  }

  /** As {@link #publish(Path)}, to an address that a provider on the class path knows. */
  public StorePublication.Report publish(URI address) throws IOException {
    return open.upkeep(
        () -> StorePublication.run(storage(), address, ScanProgress.NONE, open.memory()));
  }

  /**
   * Makes a new store that goes on from a tick of this one. Ticks and digest chain continue; {@code
   * LiveWorld.resume} runs it on.
   *
   * @param directory must not exist; appears whole or not at all
   */
  public StoreFork.Report fork(long tick, Path directory) throws IOException {
    open.timeline().checkTick(tick);
    return NewStore.make(directory, target -> StoreFork.at(storage(), tick, target, open.memory()));
  }

  /**
   * Makes a new store that begins with the last world of this one under a newer schema. As {@link
   * #fork}, it appears whole or not at all.
   */
  public StoreMigration.Report migrate(Migrations known, Path directory) throws IOException {
    open.timeline();
    return NewStore.make(
        directory, target -> StoreMigration.run(storage(), target, known, open.memory()));
  }

  /**
   * Makes a new store with the longest history of a damaged one that can be proven, and says what
   * is lost. The damaged one is only read. As {@link #fork}, it appears whole or not at all.
   */
  public static StoreRecovery.Report recover(Storage damaged, Path directory) throws IOException {
    return NewStore.make(
        directory, target -> StoreRecovery.run(damaged, target).requireSound(target));
  }

  /** Closes what it handed out, and gives back its memory. Idempotent. */
  @Override
  public void close() throws IOException {
    open.close();
  }
}
