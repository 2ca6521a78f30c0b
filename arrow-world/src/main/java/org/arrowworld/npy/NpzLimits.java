// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * How much an archive may make its reader do. What exceeds a limit is refused before it is
 * inflated.
 *
 * @param maxEntries entries in the archive
 * @param maxRatio uncompressed bytes per compressed byte of an entry; deflate itself ends at 1032
 * @param maxTotalBytes uncompressed bytes of all entries; 0 stands for the larger of 256 MiB and 64
 *     times the file's size
 */
public record NpzLimits(int maxEntries, int maxRatio, long maxTotalBytes) {
  /** 100,000 entries, ratio 1100, 64 times the file or 256 MiB in total. */
  public static final NpzLimits DEFAULT = new NpzLimits(100_000, 1100, 0);

  private static final long MIN_TOTAL_BYTES = 256L << 20;
  private static final long TOTAL_RATIO = 64;

  /** Checks the limits. */
  public NpzLimits {
    if (maxEntries < 1 || maxRatio < 1 || maxTotalBytes < 0) {
      throw new InvalidUseException(
          Text.of(
              "Cannot limit an npz to %d entries, ratio %d, %d bytes: limits are positive",
              maxEntries, maxRatio, maxTotalBytes));
    }
  }

  /** The same limits with another total. */
  public NpzLimits withMaxTotalBytes(long bytes) {
    return new NpzLimits(maxEntries, maxRatio, bytes);
  }

  long totalBytes(long fileBytes) {
    if (maxTotalBytes > 0) {
      return maxTotalBytes;
    }
    return fileBytes > Long.MAX_VALUE / TOTAL_RATIO
        ? Long.MAX_VALUE
        : Math.max(MIN_TOTAL_BYTES, fileBytes * TOTAL_RATIO);
  }
}
