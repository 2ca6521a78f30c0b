// SPDX-License-Identifier: Apache-2.0
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

/** The lines of a text in UTF-8, one after the other, however they end. One thread. */
public final class TextLines implements Closeable {
  /** Bytes of a line. */
  public static final int MAX_BYTES = 1 << 16;

  private final Path path;
  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private byte[] line = new byte[256];
  private int at;
  private int limit;
  private long number;

  private TextLines(Path path, InputStream in) {
    this.path = path;
    this.in = in;
  }

  /** Opens a file; see {@link TextSource#open}. */
  public static TextLines open(Path path) throws IOException {
    return new TextLines(path, TextSource.open(path));
  }

  /** The number of the line that was read last, from 1. */
  public long number() {
    return number;
  }

  /** Passes over a line, whatever it holds. */
  public void skip() throws IOException {
    read();
  }

  /**
   * The next line without its end; null behind the last.
   *
   * @throws DamagedFileException if it is longer than {@link #MAX_BYTES}, or not UTF-8
   */
  public String next() throws IOException {
    int length = read();
    if (length < 0) {
      return null;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(line, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed(
          "it is not UTF-8; write the file as UTF-8, for instance with iconv -f ISO-8859-1 -t UTF-8",
          e);
    }
  }

  /** Reads a line into memory; its length, -1 behind the last. */
  private int read() throws IOException {
    int length = 0;
    int b = one();
    if (b < 0) {
      return -1;
    }
    number++;
    for (; b >= 0 && b != '\n' && b != '\r'; b = one()) {
      if (length == MAX_BYTES) {
        throw malformed(Text.of("it is longer than %d bytes", MAX_BYTES), null);
      }
      if (length == line.length) {
        line = Arrays.copyOf(line, 2 * length);
      }
      line[length++] = (byte) b;
    }
    if (b == '\r' && one() != '\n' && limit > 0) {
      at--; // of the next line
    }
    return length;
  }

  private int one() throws IOException {
    if (at == limit) {
      limit = Math.max(0, in.read(buffer));
      at = 0;
      if (limit == 0) {
        return -1;
      }
    }
    return buffer[at++] & 0xFF;
  }

  private DamagedFileException malformed(String finding, Throwable cause) {
    return new DamagedFileException(
        path.toString(), -1, Text.of("line %d: %s", number, finding), cause);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
