// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

/**
 * What a zip directory says of one entry. Sizes and offset are unsigned 63-bit, zip64 resolved.
 *
 * @param name as stored, with {@code .npy}
 * @param flags general purpose bits
 * @param method 0 stored, 8 deflated
 * @param crc CRC-32 of the uncompressed bytes
 * @param headerOffset where the local header begins
 */
record ZipEntryInfo(
    String name,
    int flags,
    int method,
    int crc,
    long compressedBytes,
    long sizeBytes,
    long headerOffset) {

  ZipEntryInfo withData(int newCrc, long newCompressedBytes, long newSizeBytes) {
    return new ZipEntryInfo(
        name, flags, method, newCrc, newCompressedBytes, newSizeBytes, headerOffset);
  }
}
