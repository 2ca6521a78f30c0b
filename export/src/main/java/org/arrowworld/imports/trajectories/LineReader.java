package org.arrowworld.imports.trajectories;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.arrowworld.internal.Text;

/** Lines of a text file, each bounded; ends are LF, CR LF or CR. */
final class LineReader implements Closeable {
  static final int MAX_CHARS = 1 << 16;

  private final String file;
  private final BufferedReader in;
  private final StringBuilder line = new StringBuilder();
  private long number;
  private boolean afterCarriageReturn;

  LineReader(Path file) throws IOException {
    this.file = file.toString();
    // Bytes as they are: comments may be in any encoding, and data is ASCII.
    this.in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1);
  }

  /** The next line without its end, null at the end of the file. */
  String next() throws IOException {
    line.setLength(0);
    number++;
    while (true) {
      int c = in.read();
      if (c == '\n' && afterCarriageReturn) {
        afterCarriageReturn = false; // second half of the line end before
        continue;
      }
      afterCarriageReturn = c == '\r';
      if (c == '\n' || c == '\r') {
        return line.toString();
      }
      if (c < 0) {
        return line.isEmpty() ? null : line.toString();
      }
      if (line.length() == MAX_CHARS) {
        throw new MalformedLineException(
            file, number, MAX_CHARS, Text.of("it is longer than %d bytes", MAX_CHARS), text());
      }
      line.append((char) c);
    }
  }

  private String text() {
    return line.toString();
  }

  /** Number of the line last returned, from 1. */
  long number() {
    return number;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
