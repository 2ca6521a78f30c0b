package org.arrowworld.maintenance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.Durability;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.log.Salvage;
import org.arrowworld.log.StoreId;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Verifier;

/**
 * Writes a new store with the longest history of a damaged one that can be proven, and says what is
 * lost. Ticks, rows and digest chain of what is saved are those of the old store; its id is new.
 */
public final class StoreRecovery {

  /**
   * What came of it.
   *
   * @param store id of the new store
   * @param saved the position after the last tick saved
   * @param rowsLost rows known to have existed and not saved
   * @param losses what could not be saved, in plain words
   * @param verification of the new store
   */
  public record Report(
      StoreId store,
      LogPosition saved,
      long rowsLost,
      List<String> losses,
      Verifier.Report verification) {
    /** This report, if what was saved is sound. */
    public Report requireSound(Storage made) throws DamagedFileException {
      if (!verification.isSound()) {
        throw new DamagedFileException(
            made.description(), -1, "the new store is not sound: " + verification.findings());
      }
      return this;
    }

    /** Whether everything was saved. */
    public boolean isComplete() {
      return losses.isEmpty();
    }
  }

  private final Storage source;
  private final Storage target;
  private final BufferAllocator allocator;
  private final List<String> losses = new ArrayList<>();
  private final List<String> damagedSnapshots = new ArrayList<>();

  private StoreRecovery(Storage source, Storage target, BufferAllocator allocator) {
    this.source = source;
    this.target = target;
    this.allocator = allocator;
  }

  /**
   * Recovers a store.
   *
   * @param source the damaged store, which is only read
   * @param target a storage without a store
   * @throws DamagedFileException if not even {@code store.json} can be read
   */
  public static Report run(Storage source, Storage target, BufferAllocator allocator)
      throws IOException {
    return new StoreRecovery(source, target, allocator).run();
  }

  private Report run() throws IOException {
    StoreInfo old = StoreInfo.read(source);
    Map<String, String> properties = new LinkedHashMap<>(old.properties());
    properties.put("recovered_from", old.id().hex());
    StoreInfo info =
        new StoreInfo(
            StoreId.random(),
            old.schema(),
            old.strings(),
            old.tickUnit(),
            properties,
            old.environment());
    info.write(target);
    Codebook codebook = new Codebook();
    LogPosition start = copyBase(old, info, codebook);
    Salvage.Result result = copyLog(old, info, codebook, start);
    losses.addAll(result.losses());
    if (!losses.isEmpty()) {
      losses.addAll(damagedSnapshots); // sound ones might have helped; the log makes them again
    }
    Verifier.Report verification = Verifier.verify(target, Verifier.Depth.STANDARD, 0, allocator);
    return new Report(
        info.id(),
        result.end(),
        Math.max(0, result.seqSeen() - result.end().seq()),
        List.copyOf(losses),
        verification);
  }

  /** Copies the base that the log goes on from, if there is one. */
  private LogPosition copyBase(StoreInfo old, StoreInfo info, Codebook codebook)
      throws IOException {
    Optional<Snapshot.Location> base = base(old);
    if (base.isEmpty()) {
      return LogPosition.START;
    }
    try (Snapshot snapshot = Snapshot.open(source, base.get(), old.id());
        MutableWorld world = snapshot.load(allocator)) {
      SnapshotWriter.write(
          target,
          info.id(),
          world,
          snapshot.position(),
          SnapshotWriter.Role.BASE,
          snapshot.properties());
      for (int code = 0; code < world.codebook().size(); code++) {
        codebook.learn(code, world.codebook().word(code));
      }
      return snapshot.position();
    }
  }

  /**
   * The sound base from which most can be read, the oldest of such; empty if that is the beginning
   * of the log. Takes note of damaged snapshots.
   */
  private Optional<Snapshot.Location> base(StoreInfo old) throws IOException {
    long limit = Salvage.limit(source);
    Map<LogPosition, Snapshot.Location> bases = new LinkedHashMap<>();
    for (Snapshot.Location location : Snapshot.list(source)) {
      try (Snapshot snapshot = Snapshot.open(source, location, old.id())) {
        snapshot.verify();
        if (snapshot.isBase() && snapshot.position().seq() <= limit) {
          bases.put(snapshot.position(), location);
        }
      } catch (DamagedFileException e) {
        damagedSnapshots.add(e.getMessage());
      }
    }
    Optional<Snapshot.Location> best = Optional.empty();
    boolean beginsWithBase = bases.keySet().stream().anyMatch(p -> p.seq() == 0);
    long read = beginsWithBase ? -1 : readable(old, LogPosition.START);
    for (Map.Entry<LogPosition, Snapshot.Location> base : bases.entrySet()) {
      long end = readable(old, base.getKey());
      if (end > read) {
        best = Optional.of(base.getValue());
        read = end;
      }
    }
    return best;
  }

  /** The seq up to which the log can be read from a position on. */
  private long readable(StoreInfo old, LogPosition start) throws IOException {
    KeyTable keys = new KeyTable(old.schema().keys());
    return Salvage.run(source, old.id(), start, keys, (batch, from, to) -> {}).end().seq();
  }

  private Salvage.Result copyLog(
      StoreInfo old, StoreInfo info, Codebook codebook, LogPosition start) throws IOException {
    KeyTable keys = new KeyTable(old.schema().keys());
    KeyTable declared = new KeyTable(old.schema().keys());
    LogWriter.Start begin =
        new LogWriter.Start(info.id(), old.schema().version(), old.strings(), start);
    LogOptions options = LogOptions.DEFAULT.withDurability(Durability.NONE);
    try (LogWriter writer = LogWriter.open(target, begin, declared, codebook, options)) {
      Copier copier = new Copier(writer, keys, codebook);
      Salvage.Result result = Salvage.run(source, old.id(), start, keys, copier);
      writer.seal();
      if (writer.flushed().chain() != result.end().chain()) {
        throw new DamagedFileException(
            target.description(),
            -1,
            Text.of(
                "the recovered chain is %016x, expected %016x",
                writer.flushed().chain(), result.end().chain()));
      }
      return result;
    }
  }

  /** Writes visited rows to a log, tick by tick. */
  private static final class Copier implements Log.Visitor {
    private final LogWriter writer;
    private final KeyTable keys;
    private final Codebook codebook;
    private final Triples rows = new Triples(4096);
    private int keysDeclared;
    private boolean tickOpen;

    Copier(LogWriter writer, KeyTable keys, Codebook codebook) {
      this.writer = writer;
      this.keys = keys;
      this.codebook = codebook;
      this.keysDeclared = keys.size();
    }

    @Override
    public void visit(TripleBatch batch, int from, int to) throws IOException {
      for (Key key : keys.from(keysDeclared)) {
        writer.declare(key);
        keysDeclared++;
      }
      int tickFrom = from;
      for (int row = from; row < to; row++) {
        Key key = keys.key(batch.key(row));
        if (key.encoding() == KeyEncoding.CODE) {
          codebook.learn((int) Values.toInteger(batch.val(row)), batch.word(row));
        }
        if (key.code() == KeyTable.COMMIT) {
          append(batch, tickFrom, row);
          begin(batch.tick(row));
          writer.commit();
          tickOpen = false;
          tickFrom = row + 1;
        }
      }
      append(batch, tickFrom, to);
    }

    private void append(TripleBatch batch, int from, int to) throws IOException {
      if (from < to) {
        begin(batch.tick(from));
        rows.clear();
        batch.copyTo(rows, from, to);
        writer.appendAll(rows);
      }
    }

    private void begin(long tick) throws IOException {
      if (!tickOpen) {
        writer.beginTick(tick);
        tickOpen = true;
      }
    }
  }
}
