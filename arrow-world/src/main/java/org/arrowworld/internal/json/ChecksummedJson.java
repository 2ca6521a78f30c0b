// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.json;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.Utf8;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/** JSON files that end in a checksum of themselves (spec J-1). */
public final class ChecksummedJson {
  /** Bytes of {@code ,"crc":"xxxxxxxx"}} and the newline. */
  private static final int TAIL_BYTES = 19;

  /** No file of this kind is larger. */
  private static final long MAX_BYTES = 64L << 20;

  private ChecksummedJson() {}

  /** The bytes of a non-empty object with its checksum. */
  public static ByteBuffer encode(Map<String, ?> members) {
    String body = Json.write(members);
    byte[] open = body.substring(0, body.length() - 1).getBytes(StandardCharsets.UTF_8);
    String tail = tail(crc(open, open.length));
    ByteBuffer all = ByteBuffer.allocate(open.length + tail.length());
    return all.put(open).put(tail.getBytes(StandardCharsets.US_ASCII)).flip();
  }

  /** Publishes an object as a file, atomically. */
  public static void write(Storage storage, String path, Map<String, ?> members)
      throws IOException {
    AtomicFiles.write(storage, path, encode(members));
  }

  /** Reads and verifies a file. */
  public static JsonObject read(Storage storage, String path) throws IOException {
    byte[] bytes;
    try (ReadableFile file = storage.openRead(path)) {
      long size = file.size();
      if (size > MAX_BYTES) {
        throw new DamagedFileException(
            path, -1, Text.of("%d bytes, expected at most %d", size, MAX_BYTES));
      }
      bytes = new byte[(int) size];
      file.readFully(ByteBuffer.wrap(bytes), 0);
    }
    return decode(path, bytes);
  }

  /** Verifies and parses the bytes of a file. */
  public static JsonObject decode(String path, byte[] bytes) throws DamagedFileException {
    int bodyBytes = bytes.length - TAIL_BYTES;
    String expected = bodyBytes < 0 ? "" : tail(crc(bytes, bodyBytes));
    String found =
        bodyBytes < 0 ? "" : new String(bytes, bodyBytes, TAIL_BYTES, StandardCharsets.ISO_8859_1);
    if (bodyBytes < 0 || !found.equals(expected)) {
      throw new DamagedFileException(
          path, Math.max(bodyBytes, 0), "the checksum at its end is missing or does not match");
    }
    try {
      return JsonObject.parse(path, Utf8.decode(bytes));
    } catch (CharacterCodingException e) {
      throw new DamagedFileException(path, -1, "it is not UTF-8", e);
    }
  }

  private static String tail(int crc) {
    return ",\"crc\":\"" + Digits.hex8(crc) + "\"}\n";
  }

  private static int crc(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
