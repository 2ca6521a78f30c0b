// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

/** Which encodings a file's writer may choose. */
public enum ParquetProfile {
  /** PLAIN, dictionaries and DELTA_BINARY_PACKED, which every reader knows. */
  COMPAT,
  /**
   * Also BYTE_STREAM_SPLIT for floats without a dictionary, which compresses better; fastparquet
   * cannot read it.
   */
  COMPACT
}
