// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

/**
 * A Parquet file that was written.
 *
 * @param path in its storage
 * @param rows in it
 * @param bytes its size
 * @param crc the CRC-32 of all of them
 */
public record ParquetFileInfo(String path, long rows, long bytes, int crc) {}
