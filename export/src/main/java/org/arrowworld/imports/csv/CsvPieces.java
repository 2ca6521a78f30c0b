// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/** Cuts a CSV file into pieces of whole records: at ends of lines that are outside quotes. */
final class CsvPieces implements Closeable {
  /** Bytes of a piece, if no record is longer. */
  static final int PIECE_BYTES = 1 << 20;

  private static final long QUOTES = 0x2222_2222_2222_2222L;
  private static final long LOW_BITS = 0x7F7F_7F7F_7F7F_7F7FL;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final InputStream in;
  private final byte delimiter;

  /** What was read behind the last piece. */
  private byte[] rest;

  private int from;
  private int to;
  private long firstLine = 1;

  CsvPieces(Path path, CsvFormat format) throws IOException {
    this.in = TextSource.open(path);
    try {
      rest = new byte[PIECE_BYTES];
      for (int i = 0; i < format.skipLines(); i++) {
        skipLine();
      }
      while (to - from < Delimiters.HEAD_BYTES && fill()) {
        // until there is enough to look at
      }
      delimiter =
          format.delimiter().map(c -> (byte) (char) c).orElse(Delimiters.find(rest, from, to));
    } catch (IOException | RuntimeException | Error e) {
      in.close();
      throw e;
    }
  }

  private void skipLine() throws IOException {
    while (from < to || fill()) {
      if (rest[from++] == '\n') {
        firstLine++;
        return;
      }
    }
  }

  /** Reads more into {@code rest}; false at the end of the file. */
  private boolean fill() throws IOException {
    if (from == to) {
      from = 0;
      to = 0;
    } else if (to == rest.length) {
      System.arraycopy(rest, from, rest, 0, to - from);
      to -= from;
      from = 0;
    }
    int count = in.read(rest, to, rest.length - to);
    to += Math.max(0, count);
    return count > 0;
  }

  /** The line of the file that the first piece begins on. */
  long firstLine() {
    return firstLine;
  }

  /** What separates fields. */
  byte delimiter() {
    return delimiter;
  }

  /**
   * The next piece; null behind the last. Eight bytes can be read from each of its bytes on.
   *
   * @param memory for it; another one is taken if it does not suffice
   */
  CsvPiece next(byte[] memory) throws IOException {
    int limit = to - from;
    int least = Math.max(PIECE_BYTES, 2 * limit) + Long.BYTES;
    byte[] bytes = memory.length < least ? new byte[least] : memory;
    System.arraycopy(rest, from, bytes, 0, limit);
    from = 0;
    to = 0;
    while (true) {
      boolean more = true;
      int room = bytes.length - Long.BYTES;
      while (limit < room && more) {
        int count = in.read(bytes, limit, room - limit);
        more = count > 0;
        limit += Math.max(0, count);
      }
      if (!more) {
        return limit == 0 ? null : new CsvPiece(bytes, 0, limit, false);
      }
      int end = end(bytes, limit);
      if (end > 0) {
        rest(bytes, end, limit);
        return new CsvPiece(bytes, 0, end, false);
      }
      if (limit > CsvRecords.MAX_BYTES) {
        return new CsvPiece(bytes, 0, limit, true);
      }
      bytes = Arrays.copyOf(bytes, 2 * limit + Long.BYTES);
    }
  }

  private void rest(byte[] bytes, int end, int limit) {
    if (rest.length < limit - end) {
      rest = new byte[limit - end];
    }
    System.arraycopy(bytes, end, rest, 0, limit - end);
    to = limit - end;
  }

  /** Behind the last line that ends outside quotes; 0 if there is none. */
  private static int end(byte[] bytes, int limit) {
    boolean quoted = isOdd(bytes, limit);
    int carriage = 0;
    for (int at = limit - 1; at >= 0; at--) {
      byte b = bytes[at];
      if (b == '"') {
        quoted = !quoted;
      } else if (!quoted && b == '\n') {
        return at + 1;
      } else if (!quoted && b == '\r' && carriage == 0 && at < limit - 1) {
        carriage = at + 1; // the end of a line if there are no others in the file
      }
    }
    return carriage;
  }

  /** Whether the number of quotes is odd. */
  private static boolean isOdd(byte[] bytes, int limit) {
    int count = 0;
    int at = 0;
    for (; at <= limit - Long.BYTES; at += Long.BYTES) {
      long different = (long) LONG.get(bytes, at) ^ QUOTES;
      long none = (different & LOW_BITS) + LOW_BITS | different | LOW_BITS;
      count += Long.bitCount(~none);
    }
    for (; at < limit; at++) {
      count += bytes[at] == '"' ? 1 : 0;
    }
    return (count & 1) != 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
