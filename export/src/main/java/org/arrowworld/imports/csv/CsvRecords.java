package org.arrowworld.imports.csv;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/**
 * Records of a CSV file, one after the other, as bytes (RFC 4180, strictly). A record is valid
 * until the next one. One thread.
 */
final class CsvRecords implements Closeable {
  /** The longest record, in bytes. */
  static final int MAX_BYTES = 1 << 24;

  private static final int START_BYTES = 1 << 20;
  private static final byte QUOTE = '"';

  private final String file;
  private final int maxFields;
  private final InputStream in;
  private final byte delimiter;
  private byte[] bytes = new byte[START_BYTES];
  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private int begin;
  private int at;
  private int limit;
  private int fields;
  private boolean isBlank;
  private long line = 1;
  private long first;

  CsvRecords(Path path, CsvFormat format, int maxFields) throws IOException {
    this.file = path.toString();
    this.maxFields = maxFields;
    this.in = TextSource.open(path);
    try {
      for (int i = 0; i < format.skipLines(); i++) {
        skipLine();
      }
      begin = at;
      while (limit - begin < Delimiters.HEAD_BYTES && fill()) {
        // until there is enough to look at
      }
      delimiter =
          format.delimiter().map(c -> (byte) (char) c).orElse(Delimiters.find(bytes, begin, limit));
    } catch (IOException | RuntimeException | Error e) {
      in.close();
      throw e;
    }
  }

  private void skipLine() throws IOException {
    begin = at;
    while (at < limit || fill()) {
      if (bytes[at++] == '\n') {
        line++;
        return;
      }
      begin = at;
    }
  }

  /** Reads more behind what there is; false at the end of the file. */
  private boolean fill() throws IOException {
    if (begin > 0) {
      System.arraycopy(bytes, begin, bytes, 0, limit - begin);
      at -= begin;
      limit -= begin;
      begin = 0;
    }
    if (limit == bytes.length) {
      if (limit > MAX_BYTES) {
        throw malformed(first, Text.of("a line of more than %d bytes", MAX_BYTES));
      }
      bytes = Arrays.copyOf(bytes, 2 * limit);
    }
    int count = in.read(bytes, limit, bytes.length - limit);
    limit += Math.max(0, count);
    return count > 0;
  }

  /** Moves to the next record; false behind the last. */
  boolean next() throws IOException {
    begin = at;
    first = line;
    fields = 0;
    isBlank = false;
    if (at == limit && !fill()) {
      return false;
    }
    boolean more = true;
    while (more) {
      if (fields == starts.length) {
        starts = Arrays.copyOf(starts, 2 * fields);
        ends = Arrays.copyOf(ends, 2 * fields);
      }
      if (fields == maxFields) {
        throw malformed(first, Text.of("more than %d fields", maxFields));
      }
      boolean quoted = (at < limit || fill()) && bytes[at] == QUOTE;
      more = quoted ? quoted() : plain();
    }
    isBlank |= fields == 1 && starts[0] == ends[0] && bytes[begin] != QUOTE;
    return true;
  }

  private boolean plain() throws IOException {
    int start = at - begin;
    byte separator = delimiter;
    while (true) {
      byte[] local = bytes;
      int end = limit;
      int position = at;
      while (position < end) {
        byte b = local[position];
        if (b == separator || b == '\n' || b == '\r' || b == QUOTE) {
          break;
        }
        position++;
      }
      at = position;
      if (position < end || !fill()) {
        break;
      }
    }
    if (at < limit && bytes[at] == QUOTE) {
      throw malformed(
          line,
          Text.of(
              "a quote inside field %d, which does not begin with one; write the field in quotes and the quote twice",
              fields + 1));
    }
    starts[fields] = start;
    ends[fields++] = at - begin;
    return separated();
  }

  private boolean quoted() throws IOException {
    long opened = line;
    int start = ++at - begin;
    int write = start;
    while (true) {
      if (at == limit && !fill(opened)) {
        throw malformed(opened, "a quote opens here and is never closed");
      }
      byte b = bytes[at++];
      if (b == QUOTE) {
        boolean doubled = (at < limit || fill()) && bytes[at] == QUOTE;
        if (!doubled) {
          break;
        }
        at++;
      } else if (b == '\n') {
        line++;
      }
      bytes[begin + write++] = b;
    }
    starts[fields] = start;
    ends[fields++] = write;
    boolean ends = at == limit && !fill();
    if (!ends && bytes[at] != delimiter && bytes[at] != '\n' && bytes[at] != '\r') {
      throw malformed(
          opened,
          Text.of("something follows the closing quote of field %d that opens here", fields));
    }
    return separated();
  }

  private boolean fill(long opened) throws IOException {
    if (limit - begin > MAX_BYTES) {
      throw malformed(
          opened, Text.of("a quote opens here and is not closed within %d bytes", MAX_BYTES));
    }
    return fill();
  }

  /** Passes over what ends a field; whether another one follows in the record. */
  private boolean separated() throws IOException {
    if (at == limit && !fill()) {
      return false;
    }
    byte b = bytes[at++];
    if (b == delimiter) {
      return true;
    }
    line++;
    if (b == '\r' && (at < limit || fill()) && bytes[at] == '\n') {
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

  /** The line it begins on, from 1. */
  long line() {
    return first;
  }

  /** Memory that holds the record. */
  byte[] bytes() {
    return bytes;
  }

  int start(int field) {
    return begin + starts[field];
  }

  int length(int field) {
    return ends[field] - starts[field];
  }

  /** A field as text. */
  String text(int field) throws DamagedFileException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, start(field), length(field)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new DamagedFileException(file, -1, Text.of("line %d: it is not UTF-8", first), e);
    }
  }

  DamagedFileException malformed(long where, String finding) {
    return new DamagedFileException(file, -1, Text.of("line %d: %s", where, finding));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
