// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** How the pages of a Parquet file are compressed. */
public sealed interface ParquetCompression {

  /** Pages as they are. */
  static ParquetCompression none() {
    return new None();
  }

  /**
   * Zstandard.
   *
   * @param level 1 (fast) to 22 (small)
   */
  static ParquetCompression zstd(int level) {
    return new Zstd(level);
  }

  /** Pages as they are. */
  record None() implements ParquetCompression {}

  /** Zstandard of a level from 1 to 22. */
  record Zstd(int level) implements ParquetCompression {
    public Zstd {
      if (level < 1 || level > 22) {
        throw new InvalidUseException(
            Text.of("Cannot compress with zstd level %d: expected 1 to 22", level));
      }
    }
  }
}
