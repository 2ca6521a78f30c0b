// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import static java.util.Comparator.comparingLong;

import java.io.Closeable;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.schema.Column;

/**
 * Worlds that a cursor passed and kept, to go back to. They stand so many rows of the log apart
 * that keeping them costs a small part of replaying those rows; where their memory is used up, the
 * one goes whose neighbours stand closest together, so that all of the memory serves. One thread.
 */
final class Keyframes implements Closeable {
  /**
   * A copy of a cell takes about a fourth of the time of applying a row; so it costs a sixteenth.
   */
  private static final int ROWS_PER_CELL = 4;

  private static final long LEAST_ROWS = 20_000;

  /** What an id and a word take beside the columns, roughly. */
  private static final int BYTES_PER_ID = 24;

  private static final int BYTES_PER_WORD = 80;

  private record Keyframe(MutableWorld world, long seq, long bytes) {}

  private final NavigableMap<Long, Keyframe> byTick = new TreeMap<>();
  private final BufferAllocator allocator;
  private final long start;
  private final long end;
  private long mostBytes;
  private long bytes;

  /** The least {@link #span} of any; it changes with what is kept. */
  private long leastSpan = Long.MAX_VALUE;

  private long leastRows = LEAST_ROWS;
  private int rowsPerCell = ROWS_PER_CELL;

  /**
   * @param start the position that the log begins at
   * @param end the position after its last row
   */
  Keyframes(BufferAllocator allocator, long start, long end, long mostBytes) {
    this.allocator = allocator;
    this.start = start;
    this.end = end;
    this.mostBytes = mostBytes;
  }

  /** Keeps to this much memory from now on. */
  void limit(long newMostBytes) {
    mostBytes = newMostBytes;
    shrink();
  }

  /** For tests: so many rows apart, whatever a copy costs. */
  void spacing(long rows) {
    leastRows = rows;
    rowsPerCell = 0;
  }

  int size() {
    return byTick.size();
  }

  /** The last world kept at or before a tick; it is not to be changed. */
  Optional<MutableWorld> before(long tick) {
    return Optional.ofNullable(byTick.floorEntry(tick)).map(entry -> entry.getValue().world);
  }

  /**
   * Keeps a copy of a world between two ticks, unless another one is near.
   *
   * @param seq the position in the log that the world stands at
   */
  void offer(MutableWorld world, long seq) {
    if (isNear(world.tick(), seq, leastRows)) {
      return;
    }
    long size = bytes(world);
    long apart = Math.max(leastRows, rowsPerCell * cells(world));
    boolean instead = bytes + size > mostBytes; // of one that is needed no more than this one
    if (size > mostBytes
        || isNear(world.tick(), seq, instead ? Math.max(apart, leastSpan / 2) : apart)) {
      return;
    }
    try {
      byTick.put(world.tick(), new Keyframe(world.copy(allocator), seq, size));
      bytes += size;
      shrink();
    } catch (MemoryFullException e) {
      mostBytes = bytes; // going on is worth more than going back fast
    }
  }

  private boolean isNear(long tick, long seq, long rows) {
    Map.Entry<Long, Keyframe> at = byTick.floorEntry(tick);
    long below = at == null ? start : at.getValue().seq;
    return seq - below < rows || above(tick) - seq < rows;
  }

  private long above(long tick) {
    Map.Entry<Long, Keyframe> above = byTick.higherEntry(tick);
    return above == null ? end : above.getValue().seq;
  }

  /** The rows that would lie between the neighbours of the one at a tick, were it not there. */
  private long span(long tick) {
    Map.Entry<Long, Keyframe> below = byTick.lowerEntry(tick);
    return above(tick) - (below == null ? start : below.getValue().seq);
  }

  private void shrink() {
    while (bytes > mostBytes && !byTick.isEmpty()) {
      Keyframe gone = byTick.remove(Collections.min(byTick.keySet(), comparingLong(this::span)));
      bytes -= gone.bytes;
      gone.world.close();
    }
    leastSpan = byTick.keySet().stream().mapToLong(this::span).min().orElse(Long.MAX_VALUE);
  }

  /** How many values a world holds; what a copy of it costs, in a measure like rows. */
  static long cells(MutableWorld world) {
    long cells = 0;
    for (MutableTable table : world.tables()) {
      cells += (long) table.rows() * Math.max(1, table.columns().size());
    }
    return cells;
  }

  private static long bytes(MutableWorld world) {
    long bytes = (long) world.codebook().size() * BYTES_PER_WORD;
    for (MutableTable table : world.tables()) {
      long row = BYTES_PER_ID;
      for (Column column : table.columns()) {
        row += column.type().widthBytes();
      }
      bytes += table.rows() * row;
    }
    return bytes;
  }

  @Override
  public void close() {
    byTick.values().forEach(keyframe -> keyframe.world.close());
    byTick.clear();
    bytes = 0;
  }
}
