// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

/**
 * Where a message lies in a file.
 *
 * @param offset its first byte
 * @param metadataBytes bytes in front of its body
 * @param bodyBytes bytes of its body
 */
record ArrowBlock(long offset, int metadataBytes, long bodyBytes) {
  long end() {
    return offset + metadataBytes + bodyBytes;
  }
}
