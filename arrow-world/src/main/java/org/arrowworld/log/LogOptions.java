package org.arrowworld.log;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.BufferCompression;

/**
 * How a log is written.
 *
 * @param durability what a returned commit promises
 * @param containers how many containers the revolver has, at least 2
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

  public LogOptions {
    if (containers < 2 || containerRows < 2 || segmentBytes < 1) {
      throw new InvalidUseException(
          Text.of(
              "Cannot write a log with %d containers of %d rows and segments of %d bytes",
              containers, containerRows, segmentBytes));
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
