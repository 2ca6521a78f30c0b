package org.arrowworld.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogRecovery;
import org.arrowworld.log.Tail;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.StoreLock;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Timeline;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw snapshot}. */
@Command(
    name = "snapshot",
    description = {
      "Make a snapshot of the world at a tick, from the log. One that is there already is kept.",
      "Takes the store's lock; an unsealed log is sealed first, as a snapshot must not be ahead",
      "of what the log holds for sure."
    })
final class SnapshotVerb extends ReadingVerb {
  @Parameters(paramLabel = "STORE", description = "The store's directory.")
  private Path store;

  @Option(names = "--tick", required = true, paramLabel = "T", description = "The tick.")
  private long tick;

  @Override
  String purpose() {
    return "make a snapshot";
  }

  @Override
  int execute() throws IOException {
    Storage storage = store(store);
    StoreInfo info = StoreInfo.read(storage);
    Closeable lock = StoreLock.take(storage);
    try {
      requireSoundTail(storage, info);
      LogRecovery.prepare(storage);
      try (Timeline timeline = Timeline.open(storage)) {
        State.checkTick(timeline, tick);
        make(storage, info, timeline);
      }
    } finally {
      lock.close();
    }
    return Exit.OK;
  }

  private static void requireSoundTail(Storage storage, StoreInfo info) throws IOException {
    try (var log = info.openLog(storage)) {
      Tail tail = log.tail();
      if (tail.kind() == Tail.Kind.DAMAGED) {
        throw new DamagedFileException(tail.file(), tail.offset(), tail.finding());
      }
    }
  }

  private void make(Storage storage, StoreInfo info, Timeline timeline) throws IOException {
    LogPosition position = timeline.positionOf(tick);
    for (Snapshot.Location location : timeline.snapshots()) {
      if (location.tick() == position.tick()) {
        try (Snapshot present = Snapshot.open(storage, location, info.id())) {
          present.verify();
          report("kept", location.directory(), location.tick(), present.hashWorld());
          return;
        } catch (DamagedFileException e) {
          throw new DamagedFileException(
              location.directory(),
              -1,
              Text.of(
                  "a damaged snapshot stands there (%s); delete it and try again", e.getMessage()));
        }
      }
    }
    try (BufferAllocator memory = new RootAllocator();
        World world = timeline.at(tick, memory)) {
      timeline.warnings().forEach(console()::note);
      String directory =
          SnapshotWriter.write(
              storage, info.id(), world, position, SnapshotWriter.Role.CACHE, info.properties());
      String hash = org.arrowworld.table.Hashes.world(world.tables());
      report("made", directory, world.tick(), hash);
    }
  }

  private void report(String done, String directory, long at, String hash) {
    new Report()
        .add("snapshot", done)
        .add("tick", at)
        .add("directory", store.resolve(directory).toString())
        .add("hash_world", hash)
        .print(console(), format());
  }
}
