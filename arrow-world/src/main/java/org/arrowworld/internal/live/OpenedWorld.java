// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.live;

import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogRecovery;
import org.arrowworld.log.LogWriter;
import org.arrowworld.log.Tail;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.StoreLock;
import org.arrowworld.timeline.Timeline;

/**
 * A world with its log, ready to run: what a live world holds.
 *
 * @param warnings damaged snapshots that were passed over, in plain words
 * @param held world, memory and lock, closed after the log
 */
public record OpenedWorld(
    Storage storage,
    StoreInfo info,
    MutableWorld world,
    KeyTable keys,
    LogWriter log,
    List<String> warnings,
    Closeable held) {

  /** Makes a store and an empty world. If that fails, nothing that was made stays. */
  public static OpenedWorld create(Storage storage, StoreInfo info, WorldOptions options)
      throws IOException {
    if (info.schema().tables().isEmpty() && info.schema().inputs().isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot create a world in %s: its schema has no table; SimLog.open makes record logs",
              storage.description()));
    }
    info.checkNew(storage);
    NewFiles.requireNone(storage);
    NewFiles made = NewFiles.of(storage);
    Held held = new Held(WorldMemory.of(options));
    try {
      held.world = new MutableWorld(info.schema(), new MutableCodebook(), held.memory.allocator());
      storage.createDirectories("");
      held.lock = StoreLock.take(storage);
      info.checkNew(storage); // again: another writer may have been here before the lock was had
      made.locked();
      info.write(storage);
      KeyTable keys = new KeyTable(info.schema().keys());
      LogWriter log = log(storage, info, held, keys, LogPosition.START, options);
      return new OpenedWorld(storage, info, held.world, keys, log, List.of(), held);
    } catch (IOException | RuntimeException | Error e) {
      made.removeAfter(e); // while the lock is held
      held.closeAfter(e);
      made.removeDirectoryAfter(e);
      throw e;
    }
  }

  /** Opens a store's world after its last committed tick. */
  public static OpenedWorld resume(Storage storage, StoreInfo info, WorldOptions options)
      throws IOException {
    if (info.schema().tables().isEmpty() && info.schema().inputs().isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot resume %s as a world: it has no tables; a record log is opened by SimLog.open",
              storage.description()));
    }
    Held held = new Held(WorldMemory.of(options));
    try {
      held.lock = StoreLock.take(storage);
      Set<String> warnings = new LinkedHashSet<>();
      LogPosition end = checkedEnd(storage, info, warnings);
      LogRecovery.prepare(storage, options.log().sealing());
      Snapshot.discardUnfinished(storage);
      BufferAllocator allocator = held.memory.allocator();
      try (Timeline timeline = Timeline.open(storage)) {
        held.world =
            end.tick() < 0
                ? new MutableWorld(info.schema(), new MutableCodebook(), allocator)
                : timeline.at(timeline.lastTick(), allocator);
        warnings.addAll(timeline.warnings());
        KeyTable keys = timeline.log().keys();
        LogWriter log = log(storage, info, held, keys, end, options);
        return new OpenedWorld(storage, info, held.world, keys, log, List.copyOf(warnings), held);
      }
    } catch (IOException | RuntimeException | Error e) {
      held.closeAfter(e);
      throw e;
    }
  }

  private static LogWriter log(
      Storage storage,
      StoreInfo info,
      Held held,
      KeyTable keys,
      LogPosition position,
      WorldOptions options) {
    LogWriter.Start start =
        new LogWriter.Start(info.id(), held.world.schema().version(), info.strings(), position);
    return LogWriter.open(storage, start, keys, held.world.codebook(), options.log());
  }

  /** Where the log ends, after checking that it is whole up to there. */
  private static LogPosition checkedEnd(Storage storage, StoreInfo info, Set<String> warnings)
      throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      Tail tail = timeline.log().tail();
      if (tail.kind() == Tail.Kind.DAMAGED) {
        throw new DamagedFileException(
            tail.file(),
            tail.offset(),
            tail.finding() + "; run aw recover to save what can be read");
      }
      LogPosition end = timeline.end();
      for (Snapshot.Location location : timeline.snapshots()) {
        long seq = 0;
        try (Snapshot snapshot = Snapshot.open(storage, location, info.id())) {
          seq = snapshot.position().seq();
        } catch (DamagedFileException e) {
          if (location.tick() > end.tick()) {
            throw e; // with the tail of the log, perhaps
          }
          warnings.add("passed over a damaged snapshot: " + e.getMessage());
        }
        if (seq > end.seq()) {
          throw new DamagedFileException(
              "log",
              -1,
              Text.of(
                  "it ends at tick %d seq %d, but the snapshot of tick %d stands at seq %d: its tail is missing; run aw recover",
                  end.tick(), end.seq(), location.tick(), seq));
        }
      }
      if (end.tick() >= 0) {
        timeline.firstTick(); // which needs the base, if there must be one
      }
      return end;
    }
  }

  /** World, memory and lock, given back in this order. */
  private static final class Held implements Closeable {
    private final WorldMemory memory;
    private MutableWorld world;
    private Closeable lock;

    Held(WorldMemory memory) {
      this.memory = memory;
    }

    @Override
    public void close() throws IOException {
      Closeable locked = lock;
      MutableWorld made = world;
      try (locked;
          memory;
          made) {
        // the last is closed first
      }
    }

    void closeAfter(Throwable failure) {
      try {
        close();
      } catch (IOException | RuntimeException e) {
        failure.addSuppressed(e);
      }
    }
  }
}
