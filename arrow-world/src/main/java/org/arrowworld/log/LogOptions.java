package org.arrowworld.log;

import org.arrowworld.errors.InvalidUseException;

/**
 * How a log is written.
 *
 * @param durability what a returned commit promises
 * @param containers how many containers the revolver has, at least 2
 * @param containerRows rows a container holds
 * @param segmentBytes a live segment of this size or more is sealed at the next commit
 */
public record LogOptions(
    Durability durability, int containers, int containerRows, long segmentBytes) {

  /** Forced commits, 2 containers of 200,000 rows, segments of 256 MiB. */
  public static final LogOptions DEFAULT =
      new LogOptions(Durability.COMMIT, 2, 200_000, 256L << 20);

  public LogOptions {
    if (containers < 2 || containerRows < 2 || segmentBytes < 1) {
      throw new InvalidUseException(
          "Cannot write a log with %d containers of %d rows and segments of %d bytes"
              .formatted(containers, containerRows, segmentBytes));
    }
  }

  public LogOptions withDurability(Durability value) {
    return new LogOptions(value, containers, containerRows, segmentBytes);
  }

  public LogOptions withContainers(int count, int rows) {
    return new LogOptions(durability, count, rows, segmentBytes);
  }

  public LogOptions withSegmentBytes(long bytes) {
    return new LogOptions(durability, containers, containerRows, bytes);
  }
}
