// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.ZipException;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** The bytes of a text file, taken out of gzip, without a byte order mark. */
public final class TextSource {
  private static final int BUFFER_BYTES = 1 << 16;

  private TextSource() {}

  /**
   * Opens a file.
   *
   * @throws InvalidUseException if it is UTF-16
   */
  public static InputStream open(Path path) throws IOException {
    InputStream in = Files.newInputStream(path);
    try {
      PushbackInputStream plain = new PushbackInputStream(in, 3);
      byte[] head = plain.readNBytes(3);
      plain.unread(head);
      if (head.length >= 2 && (head[0] & 0xFF) == 0x1F && (head[1] & 0xFF) == 0x8B) {
        plain = new PushbackInputStream(new Unzipped(plain, path), 3);
        head = plain.readNBytes(3);
        plain.unread(head);
      }
      return withoutMark(plain, head, path);
    } catch (IOException | RuntimeException | Error e) {
      in.close();
      throw e;
    }
  }

  private static InputStream withoutMark(PushbackInputStream in, byte[] head, Path path)
      throws IOException {
    if (head.length >= 2
        && (head[0] & 0xFF) + (head[1] & 0xFF) == 0xFF + 0xFE
        && head[0] < 0
        && head[1] < 0) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read %s: it is UTF-16; write it as UTF-8, for instance with iconv -f UTF-16 -t UTF-8",
              path));
    }
    if (head.length == 3
        && head[0] == (byte) 0xEF
        && head[1] == (byte) 0xBB
        && head[2] == (byte) 0xBF) {
      in.skipNBytes(3);
    }
    return in;
  }

  /** Whether a file name says that it is in gzip. */
  public static boolean isZipped(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(".gz");
  }

  /** gzip whose damage has the file's name. */
  private static final class Unzipped extends InputStream {
    private final InputStream in;
    private final Path path;

    Unzipped(InputStream in, Path path) throws IOException {
      this.path = path;
      try {
        this.in = new GzipMembers(in, BUFFER_BYTES);
      } catch (ZipException | java.io.EOFException e) {
        throw damaged(e);
      }
    }

    private DamagedFileException damaged(IOException e) {
      return new DamagedFileException(
          path.toString(), -1, "it is damaged or cut, as its gzip frame says", e);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int from, int count) throws IOException {
      try {
        return in.read(target, from, count);
      } catch (ZipException | java.io.EOFException e) {
        throw damaged(e);
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
