// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/**
 * {@code metadata.json} as bytes. Ours end in a CRC (J-1), one member a line; files of other
 * writers do not, and are read without one.
 */
final class MetadataFile {
  static final String CRC = "crc";
  private static final int MAX_BYTES = 16 << 20;

  /** The length of {@code ,"crc":"xxxxxxxx"}} and a newline. */
  private static final int TAIL_CHARS = 19;

  private MetadataFile() {}

  static ByteBuffer encode(FieldMetadata metadata) {
    String body =
        metadata.members().entrySet().stream()
            .map(member -> MetadataJson.text(member.getKey()) + ": " + member.getValue())
            .collect(Collectors.joining(",\n", "{", ""));
    byte[] covered = body.getBytes(StandardCharsets.UTF_8);
    String tail = Text.of(",\"crc\":\"%08x\"}\n", crc(covered, covered.length));
    ByteBuffer bytes = ByteBuffer.allocate(covered.length + tail.length());
    return bytes.put(covered).put(tail.getBytes(StandardCharsets.US_ASCII)).flip();
  }

  static FieldMetadata read(Storage storage, String path) throws IOException {
    byte[] bytes;
    try (ReadableFile file = storage.openRead(path)) {
      if (file.size() > MAX_BYTES) {
        throw new DamagedFileException(
            path, -1, Text.of("%d bytes of metadata, at most %d are read", file.size(), MAX_BYTES));
      }
      bytes = new byte[(int) file.size()];
      file.readFully(ByteBuffer.wrap(bytes), 0);
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      checkCrc(path, bytes);
      Map<String, String> members = MetadataJson.members(text);
      return new FieldMetadata(members);
    } catch (CharacterCodingException e) {
      throw new DamagedFileException(path, -1, "it is not UTF-8", e);
    } catch (JsonProcessingException e) {
      throw new DamagedFileException(path, -1, "it is not JSON: " + e.getOriginalMessage(), e);
    } catch (MetadataProblem e) {
      throw new DamagedFileException(path, -1, e.getMessage(), e);
    }
  }

  private static void checkCrc(String path, byte[] bytes) throws DamagedFileException {
    int covered = bytes.length - TAIL_CHARS;
    if (covered < 0) {
      return;
    }
    String tail = new String(bytes, covered, TAIL_CHARS, StandardCharsets.ISO_8859_1);
    if (!tail.matches(",\"crc\":\"[0-9a-f]{8}\"}\n")) {
      return;
    }
    String found = Text.of("%08x", crc(bytes, covered));
    if (!tail.substring(8, 16).equals(found)) {
      throw new DamagedFileException(
          path, -1, Text.of("its CRC-32 is %s, it says %s", found, tail.substring(8, 16)));
    }
  }

  private static long crc(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return crc.getValue();
  }
}
