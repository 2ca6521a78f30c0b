// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

/** Finds what separates the fields of a file (spec T-13). */
final class Delimiters {
  /** How much of a file is looked at. */
  static final int HEAD_BYTES = 1 << 16;

  private static final byte[] CANDIDATES = {',', ';', '\t', '|'};

  private Delimiters() {}

  /** The separator of the text in {@code [from, to)}, a comma if nothing separates. */
  static byte find(byte[] bytes, int from, int to) {
    int[] header = new int[CANDIDATES.length];
    int second = count(bytes, from, to, header);
    int[] row = new int[CANDIDATES.length];
    count(bytes, second, to, row);
    byte first = 0;
    for (int i = 0; i < CANDIDATES.length; i++) {
      if (header[i] > 0) {
        if (header[i] == row[i]) {
          return CANDIDATES[i];
        }
        first = first == 0 ? CANDIDATES[i] : first;
      }
    }
    return first == 0 ? (byte) ',' : first;
  }

  /** Counts each candidate outside quotes up to the end of the line; returns where it ends. */
  private static int count(byte[] bytes, int from, int to, int[] counts) {
    boolean quoted = false;
    int at = from;
    for (; at < to; at++) {
      byte b = bytes[at];
      if (b == '"') {
        quoted = !quoted;
      } else if (!quoted && (b == '\n' || b == '\r')) {
        break;
      } else if (!quoted) {
        for (int i = 0; i < CANDIDATES.length; i++) {
          counts[i] += b == CANDIDATES[i] ? 1 : 0;
        }
      }
    }
    while (at < to && (bytes[at] == '\n' || bytes[at] == '\r')) {
      at++;
    }
    return at;
  }
}
