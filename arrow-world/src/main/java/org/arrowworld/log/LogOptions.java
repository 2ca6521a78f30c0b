// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.BufferCompression;

/**
 * How a log is written.
 *
 * @param durability what a returned commit promises
 * @param containers how many containers the background flush has, at least 2
 * @param containerRows rows a container holds
 * @param segmentBytes a live segment of this size or more is sealed at the next commit
 * @param overflow what happens when the disk cannot keep up
 * @param sealing how sealed segments are compressed; live ones never are
 */
public record LogOptions(
    Durability durability,
    int containers,
    int containerRows,
    long segmentBytes,
    Overflow overflow,
    BufferCompression sealing) {

  /** What an append does when all containers are full. */
  public enum Overflow {
    /** It waits. A tick larger than all containers streams through them. */
    BLOCK,
    /** The tick is refused before anything of it is logged or applied. */
    FAIL
  }

  /** Forced commits, 2 containers of 200,000 rows, segments of 256 MiB. */
  public static final LogOptions DEFAULT =
      new LogOptions(
          Durability.COMMIT, 2, 200_000, 256L << 20, Overflow.BLOCK, BufferCompression.NONE);

  /** The most containers, rows of all of them together, and bytes of a segment. */
  private static final int MAX_CONTAINERS = 1024;

  private static final long MAX_ROWS = 1L << 30;
  private static final long MAX_SEGMENT_BYTES = 1L << 40;

  public LogOptions {
    if (durability == null || overflow == null || sealing == null) {
      throw new InvalidUseException(
          Text.of(
              "Cannot write a log with durability %s, overflow %s and sealing %s: none may be null",
              durability, overflow, sealing));
    }
    if (containers < 2
        || containers > MAX_CONTAINERS
        || containerRows < 2
        || (long) containers * containerRows > MAX_ROWS
        || segmentBytes < 1
        || segmentBytes > MAX_SEGMENT_BYTES) {
      throw new InvalidUseException(
          Text.of(
              "Cannot write a log with %d containers of %d rows and segments of %d bytes: expected 2 to %d containers, of at least 2 rows each and %d together, and segments of 1 to %d bytes",
              containers,
              containerRows,
              segmentBytes,
              MAX_CONTAINERS,
              MAX_ROWS,
              MAX_SEGMENT_BYTES));
    }
  }

  public LogOptions withDurability(Durability value) {
    return new LogOptions(value, containers, containerRows, segmentBytes, overflow, sealing);
  }

  public LogOptions withContainers(int count, int rows) {
    return new LogOptions(durability, count, rows, segmentBytes, overflow, sealing);
  }

  public LogOptions withSegmentBytes(long bytes) {
    return new LogOptions(durability, containers, containerRows, bytes, overflow, sealing);
  }

  public LogOptions withOverflow(Overflow value) {
    return new LogOptions(durability, containers, containerRows, segmentBytes, value, sealing);
  }

  public LogOptions withSealing(BufferCompression value) {
    return new LogOptions(durability, containers, containerRows, segmentBytes, overflow, value);
  }
}
