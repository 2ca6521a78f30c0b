// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.rows.RowBatch;
import org.arrowworld.internal.Text;

/**
 * How Parquet files are written.
 *
 * @param compression of pages
 * @param threads encoding threads; the file's bytes do not depend on them
 * @param profile which encodings are used
 */
public record ParquetOptions(ParquetCompression compression, int threads, ParquetProfile profile) {
  /** Rows of every row group but the last. */
  public static final int ROW_GROUP_ROWS = RowBatch.ROWS;

  /** Zstandard level 3 on two threads, readable by all. */
  public static final ParquetOptions DEFAULT =
      new ParquetOptions(ParquetCompression.zstd(3), 2, ParquetProfile.COMPAT);

  public ParquetOptions {
    if (threads < 1 || threads > 64) {
      throw new InvalidUseException(
          Text.of("Cannot encode on %d threads: expected 1 to 64", threads));
    }
  }

  /** These options with another compression. */
  public ParquetOptions with(ParquetCompression other) {
    return new ParquetOptions(other, threads, profile);
  }

  /** These options with another profile. */
  public ParquetOptions with(ParquetProfile other) {
    return new ParquetOptions(compression, threads, other);
  }
}
