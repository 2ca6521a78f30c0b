// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.internal.ipc.IpcSchema;
import org.arrowworld.internal.ipc.IpcType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.SchemaJson;

/** Names, fields and metadata of segments (spec log.md). */
final class SegmentFormat {
  /** The format version written, and the only one read. */
  static final int VERSION = 1;

  static final String LOG = "log";
  static final String LIVE = "log/live";
  static final String SEALED_ENDING = ".arrow";
  static final String LIVE_ENDING = ".arrows";

  static final long KEY_DICTIONARY = 0;
  static final long TEXT_DICTIONARY = 1;

  static final String FIRST_SEQ = "aw.first_seq";
  static final String SYNCED = "aw.synced";
  static final String KEYS = "aw.keys";
  static final String PREV_CHAIN = "aw.prev_chain";
  static final String STORE = "aw.store";
  static final String SCHEMA = "aw.schema";
  static final String FORMAT = "aw.format";
  static final String KIND = "aw.kind";
  static final String KIND_SEGMENT = "segment";
  static final String BATCHES = "aw.batches";
  static final String LAST_CHAIN = "aw.last_chain";
  static final String HEAD = "aw.head";

  /**
   * Bytes that {@code aw.keys} may have where it is written. It stands in one message or footer,
   * which readers bound (spec B-4); the remaining MiB is for what stands there beside it.
   */
  static final int MAX_KEYS_BYTES = IpcMessage.MAX_METADATA_BYTES - (1 << 20);

  private SegmentFormat() {}

  /**
   * What a segment says about itself.
   *
   * @param store the store it belongs to
   * @param schemaVersion the schema its rows follow
   * @param start the position before its first row; its tick is not stored and not compared
   * @param strings whether there is a {@code text} column
   * @param keyBytes width of key codes, 1 or 2
   */
  record Header(
      StoreId store, int schemaVersion, LogPosition start, boolean strings, int keyBytes) {}

  static String livePath(long firstSeq) {
    return LIVE + "/" + digits20(firstSeq) + LIVE_ENDING;
  }

  static String sealedPath(long firstSeq) {
    return LOG + "/" + digits20(firstSeq) + SEALED_ENDING;
  }

  /** Whether a file of the log's folders is called as segments are (spec S-1, L-2). */
  static boolean isName(String name, String ending) {
    return name.length() == 20 + ending.length()
        && name.endsWith(ending)
        && Digits.begin20(name)
        && name.charAt(20) == '.'
        && name.substring(0, 20).compareTo(digits20(Long.MAX_VALUE)) <= 0;
  }

  static String digits20(long number) {
    return Digits.of20(number);
  }

  static int keyBytes(int keyCount) {
    return keyCount <= 256 ? 1 : 2;
  }

  /** Bytes of {@code aw.keys} where it declares these keys. */
  static int keysBytes(List<Key> keys) {
    return SchemaJson.keys(keys).getBytes(StandardCharsets.UTF_8).length;
  }

  static List<IpcField> fields(Header header) {
    List<IpcField> fields = new ArrayList<>();
    fields.add(IpcField.plain("tick", IpcType.U64));
    fields.add(IpcField.plain("rid", IpcType.U32));
    fields.add(IpcField.words("key", KEY_DICTIONARY, header.keyBytes()));
    fields.add(IpcField.plain("val", IpcType.F64));
    if (header.strings()) {
      fields.add(IpcField.words("text", TEXT_DICTIONARY, 4).withNulls());
    }
    return fields;
  }

  static Map<String, String> metadata(Header header, List<Key> keys) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(KIND, KIND_SEGMENT);
    metadata.put(FORMAT, Integer.toString(VERSION));
    metadata.put(STORE, header.store().hex());
    metadata.put(SCHEMA, Integer.toString(header.schemaVersion()));
    metadata.put(FIRST_SEQ, digits20(header.start().seq()));
    metadata.put(PREV_CHAIN, Digits.hex16(header.start().chain()));
    metadata.put(KEYS, SchemaJson.keys(keys));
    return metadata;
  }

  private static LogPosition start(String firstSeq, String prevChain) {
    if (!Digits.are20(firstSeq) || !Digits.areHex(prevChain, 16)) {
      throw new IllegalArgumentException("expected 20 and 16 digits");
    }
    return new LogPosition(-1, Long.parseLong(firstSeq), Long.parseUnsignedLong(prevChain, 16));
  }

  private static int number(String text) {
    if (text == null || text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new IllegalArgumentException(Text.of("'%s' is not a number", text));
    }
    return Integer.parseInt(text);
  }

  /** What the schema message of a segment says about it. */
  static Header header(String path, IpcSchema schema) throws IOException {
    Map<String, String> m = schema.metadata();
    if (!KIND_SEGMENT.equals(m.get(KIND))) {
      throw new DamagedFileException(
          path, -1, "it is not a log segment: aw.kind is " + m.get(KIND));
    }
    try {
      int format = number(m.get(FORMAT));
      if (format != VERSION) {
        throw new UnsupportedVersionException(
            path, "format version", format, Integer.toString(VERSION));
      }
      boolean strings = schema.fields().size() == 5;
      int keyBytes = schema.fields().get(2).widthBytes();
      Header header =
          new Header(
              new StoreId(m.get(STORE)),
              number(m.get(SCHEMA)),
              start(m.get(FIRST_SEQ), m.get(PREV_CHAIN)),
              strings,
              keyBytes);
      boolean width = keyBytes == 1 || keyBytes == 2;
      if (!width || !fields(header).equals(schema.fields())) {
        throw new DamagedFileException(path, -1, "its columns are not those of a log segment");
      }
      return header;
    } catch (RuntimeException e) {
      throw new DamagedFileException(
          path, -1, "its segment metadata is invalid: " + e.getMessage(), e);
    }
  }
}
