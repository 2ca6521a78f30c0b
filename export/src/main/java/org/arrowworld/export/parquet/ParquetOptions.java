package org.arrowworld.export.parquet;

import org.arrowworld.errors.InvalidUseException;

/**
 * How Parquet files are written.
 *
 * @param compression of pages
 * @param threads encoding threads; the file's bytes do not depend on them
 */
public record ParquetOptions(ParquetCompression compression, int threads) {
  /** Rows of every row group but the last. */
  public static final int ROW_GROUP_ROWS = 122_880;

  /** Zstandard level 3 on two threads. */
  public static final ParquetOptions DEFAULT = new ParquetOptions(ParquetCompression.zstd(3), 2);

  public ParquetOptions {
    if (threads < 1 || threads > 64) {
      throw new InvalidUseException(
          "Cannot encode on %d threads: expected 1 to 64".formatted(threads));
    }
  }

  /** These options with another compression. */
  public ParquetOptions with(ParquetCompression other) {
    return new ParquetOptions(other, threads);
  }
}
