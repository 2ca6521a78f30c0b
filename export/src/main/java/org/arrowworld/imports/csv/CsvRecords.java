// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.arrowworld.internal.Text;

/**
 * Records in a piece of a CSV file, one after the other, as bytes (RFC 4180, strictly). A record is
 * valid until the next one; the piece's bytes are moved about where a quote stands twice. Lines are
 * counted from the piece's first, which is 0. One thread.
 */
final class CsvRecords {
  /** The longest field, in bytes. */
  static final int MAX_BYTES = 1 << 24;

  private static final byte QUOTE = '"';

  /** Per byte whether a plain field may end there. */
  private final boolean[] stops = new boolean[256];

  private final int maxFields;
  private final byte delimiter;
  private byte[] bytes;
  private boolean isCut;
  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private int begin;
  private int at;
  private int limit;
  private int fields;
  private boolean isBlank;
  private long line;
  private long first;

  CsvRecords(byte delimiter, int maxFields) {
    this.delimiter = delimiter;
    this.maxFields = maxFields;
    for (byte stop : new byte[] {delimiter, '\n', '\r', QUOTE}) {
      stops[stop & 0xFF] = true;
    }
  }

  /** Begins with a piece. */
  void begin(CsvPiece piece) {
    bytes = piece.bytes();
    at = piece.from();
    limit = piece.to();
    isCut = piece.isCut();
    line = 0;
  }

  /** At the end of the bytes: false if it is the end of the piece, too. */
  private boolean more() throws MalformedLineException {
    if (isCut) {
      throw tooLong();
    }
    return false;
  }

  private MalformedLineException tooLong() {
    return new MalformedLineException(first, Text.of("a line of more than %d bytes", MAX_BYTES));
  }

  /** Moves to the next record; false behind the last. */
  boolean next() throws MalformedLineException {
    begin = at;
    first = line;
    fields = 0;
    isBlank = false;
    if (at == limit) {
      return false;
    }
    boolean more = true;
    while (more) {
      if (fields == starts.length) {
        starts = Arrays.copyOf(starts, 2 * fields);
        ends = Arrays.copyOf(ends, 2 * fields);
      }
      if (fields == maxFields) {
        throw new MalformedLineException(first, Text.of("more than %d fields", maxFields));
      }
      boolean quoted = at < limit && bytes[at] == QUOTE;
      more = quoted ? quoted() : plain();
    }
    isBlank = fields == 1 && starts[0] == ends[0] && bytes[begin] != QUOTE;
    return true;
  }

  /** Where the next record begins. */
  int position() {
    return at;
  }

  /** Behind the piece's last byte. */
  int limit() {
    return limit;
  }

  /** Passes over the next record, which is one line and ends before there. */
  void pass(int next) {
    first = line++;
    at = next;
  }

  private boolean plain() throws MalformedLineException {
    byte[] local = bytes;
    boolean[] stop = stops;
    int end = limit;
    int position = at;
    while (position < end && !stop[local[position] & 0xFF]) {
      position++;
    }
    if (position - at > MAX_BYTES) {
      throw tooLong();
    }
    starts[fields] = at;
    ends[fields++] = position;
    at = position;
    if (position < end && local[position] == QUOTE) {
      throw new MalformedLineException(
          line,
          Text.of(
              "a quote inside field %d, which does not begin with one; write the field in quotes and the quote twice",
              fields));
    }
    return separated();
  }

  private boolean quoted() throws MalformedLineException {
    long opened = line;
    int start = ++at;
    int write = start;
    while (true) {
      if (at == limit || at - start > MAX_BYTES) {
        throw new MalformedLineException(
            opened,
            isCut || at - start > MAX_BYTES
                ? Text.of("a quote opens here and is not closed within %d bytes", MAX_BYTES)
                : "a quote opens here and is never closed");
      }
      byte b = bytes[at++];
      if (b == QUOTE) {
        boolean doubled = at < limit && bytes[at] == QUOTE;
        if (!doubled) {
          break;
        }
        at++;
      } else if (b == '\n') {
        line++;
      }
      if (write < at - 1) {
        bytes[write] = b;
      }
      write++;
    }
    starts[fields] = start;
    ends[fields++] = write;
    if (at < limit && bytes[at] != delimiter && bytes[at] != '\n' && bytes[at] != '\r') {
      throw new MalformedLineException(
          opened,
          Text.of("something follows the closing quote of field %d that opens here", fields));
    }
    return separated();
  }

  /** Passes over what ends a field; whether another one follows in the record. */
  private boolean separated() throws MalformedLineException {
    if (at == limit) {
      return more();
    }
    byte b = bytes[at++];
    if (b == delimiter) {
      return true;
    }
    line++;
    if (b == '\r' && at < limit && bytes[at] == '\n') {
      at++;
    }
    return false;
  }

  /** Fields of the record. */
  int fields() {
    return fields;
  }

  /** Whether the line holds nothing. */
  boolean isBlank() {
    return isBlank;
  }

  /** The line it begins on. */
  long line() {
    return first;
  }

  /** The line behind it. */
  long nextLine() {
    return line;
  }

  /** Memory that holds the record. */
  byte[] bytes() {
    return bytes;
  }

  int start(int field) {
    return starts[field];
  }

  int length(int field) {
    return ends[field] - starts[field];
  }

  /** A field as text. */
  String text(int field) throws MalformedLineException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, start(field), length(field)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedLineException(first, "it is not UTF-8");
    }
  }
}
