// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.values;

import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/**
 * The memory that one file may make an import take (spec import.md T-9): 256 MiB or 64 times the
 * file, whichever is larger, and what is decoded in passing 16 times that. One thread.
 */
public final class Budget {
  private static final long LEAST_BYTES = 256L << 20;
  private static final long RATIO = 64;
  private static final long DECODED_RATIO = 16;

  private final String file;
  private final long bytes;
  private long claimed;
  private long decoded;

  /**
   * @param file the file, for errors
   * @param fileBytes its length
   */
  public Budget(String file, long fileBytes) {
    this.file = file;
    this.bytes =
        Math.max(
            LEAST_BYTES, fileBytes > Long.MAX_VALUE / RATIO ? Long.MAX_VALUE : RATIO * fileBytes);
  }

  /** All of it. */
  public long bytes() {
    return bytes;
  }

  /**
   * Takes a part, before it is allocated.
   *
   * @throws DamagedFileException if less is left
   */
  public void claim(long count) throws DamagedFileException {
    if (count < 0 || count > bytes - claimed) {
      throw new DamagedFileException(
          file,
          -1,
          Text.of(
              "it asks for %d bytes of memory beside %d, more than the %d that a file of its size may; if that is right, write it uncompressed, or as several files",
              count, claimed, bytes));
    }
    claimed += count;
  }

  /** Gives a part back. */
  public void release(long count) {
    claimed -= count;
  }

  /**
   * Counts bytes that are looked at, so that a small file does not take days.
   *
   * @throws DamagedFileException if there are too many
   */
  public void decode(long count) throws DamagedFileException {
    decoded += count;
    if (decoded / DECODED_RATIO > bytes) {
      throw new DamagedFileException(
          file,
          -1,
          Text.of(
              "it decodes to more than the %d bytes that a file of its size may; if that is right, write it uncompressed, with dictionaries, or as several files",
              DECODED_RATIO * bytes));
    }
  }
}
