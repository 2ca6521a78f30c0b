package org.arrowworld.timeline;

import java.io.Closeable;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogPosition;
import org.arrowworld.schema.Codebook;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.RowDiff;
import org.arrowworld.table.World;

/**
 * A store's history, for reading: the world at any committed tick. A view of the moment it was
 * opened; needs no lock and writes nothing. One thread at a time.
 */
public final class Timeline implements Closeable {

  /** What replay may start from. */
  public enum Start {
    /** The latest sound snapshot at or before the tick, the base if there is none. */
    NEAREST_SNAPSHOT,
    /**
     * The base of the history: the empty world, or the last base snapshot at or before the tick.
     */
    BASE
  }

  private static final List<Snapshot.Location> NONE = List.of();

  private final Storage storage;
  private final StoreInfo info;
  private final Log log;
  private final List<Snapshot.Location> snapshots;
  private final Set<String> warnings = new LinkedHashSet<>();

  private Timeline(Storage storage, StoreInfo info, Log log, List<Snapshot.Location> snapshots) {
    this.storage = storage;
    this.info = info;
    this.log = log;
    this.snapshots = snapshots;
  }

  /** Opens the history of a store. The storage stays the caller's. */
  public static Timeline open(Storage storage) throws IOException {
    StoreInfo info = StoreInfo.read(storage);
    Log log = info.openLog(storage);
    try {
      long last = log.fencedAfter().orElse(Long.MAX_VALUE);
      List<Snapshot.Location> snapshots =
          Snapshot.list(storage).stream().filter(s -> s.tick() <= last).toList();
      return new Timeline(storage, info, log, snapshots);
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /** What the store says about itself. */
  public StoreInfo info() {
    return info;
  }

  /** The committed rows. */
  public Log log() {
    return log;
  }

  /** The published snapshots by tick. */
  public List<Snapshot.Location> snapshots() {
    return snapshots;
  }

  /** Snapshots that were passed over because they are damaged, in plain words. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /**
   * The first tick {@link #at} answers for.
   *
   * @throws DamagedFileException if no base is sound of a history that needs one
   */
  public long firstTick() throws IOException {
    boolean whole = log.start().seq() == 0 && log.firstTick().isPresent();
    long firstLogged = whole ? log.firstTick().get() : Long.MAX_VALUE;
    long first = firstLogged;
    DamagedFileException damaged = null;
    boolean based = false;
    for (Snapshot.Location location : snapshots) {
      if (location.tick() < firstLogged && !based) {
        try (Snapshot snapshot = Snapshot.open(storage, location, info.id())) {
          based = snapshot.isBase();
          first = based ? location.tick() : first;
        } catch (DamagedFileException e) {
          damaged = passOver(e);
        }
      }
    }
    if (damaged != null && !based) {
      throw damaged;
    }
    if (first == Long.MAX_VALUE) {
      throw new InvalidUseException(empty());
    }
    return first;
  }

  /** The last committed tick. */
  public long lastTick() throws IOException {
    long last = end().tick();
    if (last < 0) {
      throw new InvalidUseException(empty());
    }
    return last;
  }

  /** The position after the last committed tick. */
  public LogPosition end() throws IOException {
    return positionOf(Long.MAX_VALUE);
  }

  /**
   * The log position after the last committed tick at or before {@code tick}; where the log has no
   * rows up to there, that of the base it goes on from.
   */
  public LogPosition positionOf(long tick) throws IOException {
    LogPosition position = log.positionAt(tick);
    for (Snapshot.Location location : position.tick() < 0 ? snapshots : NONE) {
      if (location.tick() <= tick) {
        try (Snapshot snapshot = Snapshot.open(storage, location, info.id())) {
          position = snapshot.isBase() ? snapshot.position() : position;
        }
      }
    }
    return position;
  }

  private DamagedFileException passOver(DamagedFileException damage) {
    warnings.add("passed over a damaged snapshot: " + damage.getMessage());
    return damage;
  }

  private String empty() {
    return Text.of("The store in %s has no committed tick yet", storage.description());
  }

  /**
   * The state after the last committed tick at or before {@code tick}. The caller closes the world.
   *
   * @throws InvalidUseException if the tick lies outside the committed span
   */
  public World at(long tick, BufferAllocator allocator) throws IOException {
    return at(tick, Start.NEAREST_SNAPSHOT, allocator);
  }

  /** As {@link #at(long, BufferAllocator)}, from a start of the caller's choice. */
  public World at(long tick, Start start, BufferAllocator allocator) throws IOException {
    checkTick(tick);
    return replayed(startWorld(tick, start, Projection.ALL, allocator), tick);
  }

  /**
   * The wanted part of the state after the last committed tick at or before {@code tick}; the rest
   * takes no memory. The caller closes the world.
   *
   * @throws InvalidUseException if the tick lies outside the committed span, or a name is unknown
   */
  public World at(long tick, Projection wanted, BufferAllocator allocator) throws IOException {
    checkTick(tick);
    return replayed(startWorld(tick, Start.NEAREST_SNAPSHOT, wanted, allocator), tick);
  }

  private World replayed(World world, long tick) throws IOException {
    try {
      advance(world, tick);
      return world;
    } catch (IOException | RuntimeException | Error e) {
      world.close();
      throw e;
    }
  }

  /** Brings a world of this store forward to the last committed tick at or before {@code tick}. */
  public void advance(World world, long tick) throws IOException {
    if (world.tick() < tick) {
      log.scanRows(world.tick() + 1, tick, new Replayer(world, log));
    }
  }

  private void checkTick(long tick) throws IOException {
    if (tick < firstTick() || tick > lastTick()) {
      throw new InvalidUseException(
          Text.of(
              "No world at tick %d: the store has ticks %d to %d%s",
              tick, firstTick(), lastTick(), warnings.isEmpty() ? "" : "; " + lastWarning()));
    }
  }

  /**
   * What happened to an id, in log order: births and deaths with their lineage, values, events, and
   * its coming and going in presence tables, in all its generations. Reads just the batches whose
   * ticks and ids may match.
   */
  public void history(HistoryQuery query, Change.Visitor visitor) throws IOException {
    scan(query, new HistoryFilter(query, info.schema(), log.keys(), visitor));
  }

  /** Hands the rows of a query's id and ticks to a filter. */
  public void scan(HistoryQuery query, HistoryFilter filter) throws IOException {
    log.scanRid(
        query.first(),
        query.last(),
        query.id(),
        (batch, from, to) -> {
          for (int row = from; row < to; row++) {
            if (batch.rid(row) == query.id()) {
              int at = row;
              filter.row(batch.tick(row), batch.key(row), batch.val(row), () -> batch.word(at));
            }
          }
        });
  }

  /**
   * The family of an entity, from one pass over the log; memory is that of the living and their
   * ancestors.
   *
   * @param id its id, unsigned
   * @param generation which of its lives; its last one if empty
   */
  public Family family(String table, int id, OptionalInt generation, BufferAllocator allocator)
      throws IOException {
    info.schema().table(table);
    FamilyScan scan = new FamilyScan(table, id, log.keys());
    long first = 0;
    if (log.start().seq() > 0 || log.segments().isEmpty()) {
      first = firstTick() + 1;
      try (World base = at(firstTick(), Projection.of(table + ".id"), allocator)) {
        scan.begin(base.table(table));
      }
    }
    log.scan(first, Long.MAX_VALUE, scan);
    return scan.family(generation);
  }

  /**
   * The net changes from the state at one tick to the state at a later one: who was born and still
   * lives, who died, which values differ. Order within tables does not count.
   *
   * @throws InvalidUseException if a tick lies outside the committed span
   */
  public void between(long from, long to, BufferAllocator allocator, NetChange.Visitor visitor)
      throws IOException {
    try (World before = at(from, allocator);
        World after = at(to, allocator)) {
      RowDiff.compare(
          before.tables(),
          after.tables(),
          d -> d.kind() == RowDiff.Kind.SLOT || visitor.visit(NetChange.of(d, before, after)));
    }
  }

  /** The world replay starts from for a tick: a loaded snapshot, or the empty world. */
  World startWorld(long tick, Start start, Projection wanted, BufferAllocator allocator)
      throws IOException {
    List<Snapshot.Location> candidates =
        snapshots.stream()
            .filter(s -> s.tick() <= tick)
            .sorted(
                Comparator.comparingLong(Snapshot.Location::tick)
                    .thenComparingInt(Snapshot.Location::schemaVersion)
                    .reversed())
            .toList();
    for (Snapshot.Location candidate : candidates) {
      try (Snapshot snapshot = Snapshot.open(storage, candidate, info.id())) {
        boolean usable = start == Start.NEAREST_SNAPSHOT || snapshot.isBase();
        if (usable && belongs(snapshot)) {
          return snapshot.load(wanted.of(snapshot.schema()), allocator);
        }
      } catch (DamagedFileException e) {
        passOver(e);
      }
    }
    if (log.start().seq() > 0) {
      throw new DamagedFileException(
          "snapshots",
          -1,
          Text.of(
              "no base snapshot at or before tick %d is readable, and the log begins at seq %d",
              tick, log.start().seq()));
    }
    if (!candidates.isEmpty() && candidates.get(candidates.size() - 1).tick() < firstLogged()) {
      throw new DamagedFileException(
          candidates.get(candidates.size() - 1).directory(),
          -1,
          "it is the base of the history, which cannot be replayed without it; " + lastWarning());
    }
    return new World(wanted.of(info.schema()), new Codebook(), allocator);
  }

  private long firstLogged() {
    return log.firstTick().orElse(Long.MAX_VALUE);
  }

  private String lastWarning() {
    return warnings.isEmpty() ? "it is no base" : warnings().get(warnings.size() - 1);
  }

  /**
   * Whether the log holds the snapshot's commit, or begins right after it (spec L-24).
   *
   * @throws DamagedFileException if it does neither
   */
  private boolean belongs(Snapshot snapshot) throws IOException {
    LogPosition position = snapshot.position();
    if (snapshot.isBase() && log.segments().isEmpty()) {
      return true;
    }
    boolean first = snapshot.isBase() && position.seq() == log.start().seq();
    if (first && position.chain() == log.start().chain()) {
      return true;
    }
    if (first || position.seq() < log.start().seq()) {
      throw stranger(position, log.start());
    }
    LogPosition found = log.positionAt(position.tick());
    if (!found.equals(position)) {
      throw stranger(position, found);
    }
    return true;
  }

  private static DamagedFileException stranger(LogPosition position, LogPosition found) {
    return new DamagedFileException(
        "snapshots",
        -1,
        Text.of(
            "the snapshot of tick %d stands at seq %d chain %016x, but the log has seq %d chain %016x there",
            position.tick(), position.seq(), position.chain(), found.seq(), found.chain()));
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
