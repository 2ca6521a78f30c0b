package org.arrowworld.cli;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.LogPosition;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.TableColumns;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Timeline;

/**
 * The world at a tick, for reading: mapped from the snapshot that stands there, if one does and
 * every byte of it verifies; else replayed.
 */
final class State implements Closeable {
  private final StoreInfo info;
  private final long tick;
  private final List<TableColumns> tables;
  private final List<String> words;
  private final List<Closeable> resources;

  private State(
      StoreInfo info,
      long tick,
      List<TableColumns> tables,
      List<String> words,
      List<Closeable> resources) {
    this.info = info;
    this.tick = tick;
    this.tables = tables;
    this.words = words;
    this.resources = resources;
  }

  /** The state after the last committed tick at or before {@code tick}. */
  static State at(Storage storage, long tick, Console console) throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      checkTick(timeline, tick);
      LogPosition position = timeline.positionOf(tick);
      for (Snapshot.Location location : timeline.snapshots()) {
        if (location.tick() == position.tick()) {
          State mapped = mapped(storage, timeline.info(), location, position, console);
          if (mapped != null) {
            return mapped;
          }
        }
      }
      return replayed(timeline, tick, console);
    }
  }

  static void checkTick(Timeline timeline, long tick) throws IOException {
    if (tick < timeline.firstTick() || tick > timeline.lastTick()) {
      throw new InvalidUseException(
          Text.of(
              "no world at tick %d: the store has ticks %d to %d",
              tick, timeline.firstTick(), timeline.lastTick()));
    }
  }

  private static State mapped(
      Storage storage,
      StoreInfo info,
      Snapshot.Location location,
      LogPosition position,
      Console console)
      throws IOException {
    Snapshot snapshot;
    try {
      snapshot = Snapshot.open(storage, location, info.id());
    } catch (DamagedFileException e) {
      console.note("passed over a damaged snapshot: " + e.getMessage());
      return null;
    }
    try {
      if (snapshot.position().equals(position)) {
        snapshot.verify();
        return new State(
            info, position.tick(), snapshot.tables(), snapshot.codebook(), List.of(snapshot));
      }
    } catch (DamagedFileException e) {
      console.note("passed over a damaged snapshot: " + e.getMessage());
    }
    snapshot.close();
    return null;
  }

  private static State replayed(Timeline timeline, long tick, Console console) throws IOException {
    BufferAllocator memory = new RootAllocator();
    try {
      World world = timeline.at(tick, memory);
      timeline.warnings().forEach(console::note);
      List<String> words = new ArrayList<>();
      for (int code = 0; code < world.codebook().size(); code++) {
        words.add(world.codebook().word(code));
      }
      return new State(
          timeline.info(),
          world.tick(),
          List.copyOf(world.tables()),
          words,
          List.of(world::close, memory::close));
    } catch (IOException | RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  StoreInfo info() {
    return info;
  }

  /** The committed tick this is the state after. */
  long tick() {
    return tick;
  }

  /** The tables in schema order. */
  List<TableColumns> tables() {
    return tables;
  }

  TableColumns table(String name) {
    return tables.stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidUseException(
                    Text.of(
                        "unknown table '%s': this world has %s",
                        name, tables.stream().map(TableColumns::name).toList())));
  }

  /** The codebook. */
  List<String> words() {
    return words;
  }

  @Override
  public void close() throws IOException {
    for (Closeable resource : resources) {
      resource.close();
    }
  }
}
