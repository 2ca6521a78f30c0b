// SPDX-License-Identifier: Apache-2.0
/**
 * Parquet out and in, and its Avro view. Encodings come from parquet-column, file metadata
 * structures from parquet-format-structures; pages are assembled here, column by column, straight
 * from little-endian buffers. Writing needs no Hadoop class.
 */
package org.arrowworld.export.parquet;
