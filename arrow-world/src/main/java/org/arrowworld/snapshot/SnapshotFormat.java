// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.arrow.ColumnVectors;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcFileWriter.DataRange;
import org.arrowworld.internal.ipc.IpcType;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.store.StoreInfo;

/** Names, fields and checksums of snapshot files. */
final class SnapshotFormat {
  static final String DIRECTORY = "snapshots";
  static final String CODEBOOK = "codebook.arrow";
  static final long CODEBOOK_DICTIONARY = ColumnVectors.CODEBOOK_DICTIONARY;

  private SnapshotFormat() {}

  static String directory(long tick, int schemaVersion) {
    return DIRECTORY + "/" + Digits.of20(tick) + ".v" + schemaVersion;
  }

  static String tableFile(String table) {
    return table + ".arrow";
  }

  static String freeFile(String table) {
    return table + ".free.arrow";
  }

  static List<IpcField> fields(List<Column> columns) {
    return columns.stream().map(SnapshotFormat::field).toList();
  }

  private static IpcField field(Column column) {
    IpcField plain =
        switch (column.type()) {
          case STRING -> IpcField.words(column.name(), CODEBOOK_DICTIONARY, 4);
          case BOOL -> IpcField.plain(column.name(), IpcType.U8);
          default -> IpcField.plain(column.name(), IpcType.valueOf(column.type().name()));
        };
    return plain.with(column.fieldMetadata());
  }

  static List<IpcField> freeFields() {
    return List.of(IpcField.plain("id", IpcType.U32), IpcField.plain("gen", IpcType.U32));
  }

  static boolean hasStrings(List<Column> columns) {
    return columns.stream().anyMatch(c -> c.type() == ColumnType.STRING);
  }

  static Map<String, String> metadata(
      String kind, StoreId store, int schemaVersion, String table, long tick) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("aw.kind", kind);
    metadata.put("aw.format", Integer.toString(StoreInfo.FORMAT));
    metadata.put("aw.store", store.hex());
    metadata.put("aw.schema", Integer.toString(schemaVersion));
    metadata.put("aw.table", table);
    metadata.put("aw.tick", Digits.of20(tick));
    return metadata;
  }

  /** The CRC-32 of a file's bytes before {@code end} outside the given ranges, in file order. */
  static int rest(ReadableFile file, List<DataRange> ranges, long end) throws java.io.IOException {
    CRC32 crc = new CRC32();
    long at = 0;
    for (DataRange range : ranges) {
      update(crc, file, at, range.offset());
      at = range.offset() + range.length();
    }
    update(crc, file, at, end);
    return (int) crc.getValue();
  }

  private static void update(CRC32 crc, ReadableFile file, long from, long to)
      throws java.io.IOException {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(0, Math.min(1 << 16, to - from)));
    for (long at = from; at < to; at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), to - at));
      file.readFully(chunk, at);
      crc.update(chunk.flip());
    }
  }
}
