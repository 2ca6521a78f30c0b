// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.LogPosition;
import org.arrowworld.schema.Codebook;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.table.TableColumns;

/**
 * The columns of a world at a tick, to be written out or hashed: mapped from the snapshot that
 * stands there, if one does and every byte of it verifies, which takes no memory; else replayed.
 */
public final class WorldColumns implements Closeable {
  private final long tick;
  private final List<TableColumns> tables;
  private final Codebook codebook;
  private final Closeable resource;

  private WorldColumns(
      long tick, List<TableColumns> tables, Codebook codebook, Closeable resource) {
    this.tick = tick;
    this.tables = tables;
    this.codebook = codebook;
    this.resource = resource;
  }

  static WorldColumns at(Timeline timeline, long tick, BufferAllocator allocator)
      throws IOException {
    timeline.checkTick(tick);
    LogPosition position = timeline.positionOf(tick);
    for (Snapshot.Location location : timeline.snapshots()) {
      if (location.tick() == position.tick()) {
        WorldColumns mapped = mapped(timeline, location, position);
        if (mapped != null) {
          return mapped;
        }
      }
    }
    MutableWorld world = timeline.at(tick, allocator);
    return new WorldColumns(
        world.tick(), List.copyOf(world.tables()), world.codebook(), world::close);
  }

  private static WorldColumns mapped(
      Timeline timeline, Snapshot.Location location, LogPosition position) throws IOException {
    Snapshot snapshot;
    try {
      snapshot = timeline.snapshot(location);
    } catch (DamagedFileException e) {
      timeline.passOver(e);
      return null;
    }
    boolean used = false;
    try {
      if (snapshot.position().equals(position)) {
        snapshot.verify();
        WorldColumns mapped =
            new WorldColumns(
                position.tick(),
                snapshot.tables(),
                MutableCodebook.of(snapshot.codebook()),
                snapshot);
        used = true;
        return mapped;
      }
    } catch (DamagedFileException e) {
      timeline.passOver(e);
    } finally {
      if (!used) {
        snapshot.close();
      }
    }
    return null;
  }

  /** The committed tick this is the state after. */
  public long tick() {
    return tick;
  }

  /** The tables in schema order. */
  public List<TableColumns> tables() {
    return tables;
  }

  /**
   * A table by name.
   *
   * @throws InvalidUseException if there is none; the message says which are
   */
  public TableColumns table(String name) {
    return tables.stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidUseException(
                    Text.of(
                        "Unknown table '%s': this world has %s",
                        name, Nearest.of(name, tables.stream().map(TableColumns::name).toList()))));
  }

  /** The words of string columns. */
  public Codebook codebook() {
    return codebook;
  }

  /** The words of string columns by code, a copy. */
  public List<String> words() {
    List<String> words = new ArrayList<>();
    for (int code = 0; code < codebook.size(); code++) {
      words.add(codebook.word(code));
    }
    return words;
  }

  /** Gives back memory or mappings; nothing it gave is valid afterwards. */
  @Override
  public void close() throws IOException {
    resource.close();
  }
}
