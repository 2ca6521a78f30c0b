// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.avro;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.util.Utf8;
import org.arrowworld.export.internal.AtomicOutput;
import org.arrowworld.export.rows.ExportedFile;
import org.arrowworld.export.rows.IntegerCells;
import org.arrowworld.export.rows.RowBatch;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.Storage;

/**
 * Writes rows as an Avro container file (deflate, which every reader knows), streaming, published
 * atomically.
 *
 * <p>Avro has no unsigned types: u8, u16 and the signed types up to 32 bits are {@code int}, u32
 * and i64 are {@code long}, and u64 is a {@code long} with the same 64 bits. Floats keep their
 * bits. Columns that may have nulls are unions with {@code null}. A field carries its column's type
 * as the property {@code aw.type}, and its name as {@code aw.name} where Avro does not allow it:
 * characters other than letters, digits and {@code _} become {@code _} then. Where the rows come
 * from is in the file's metadata.
 */
public final class AvroWriter {
  private static final int LEVEL = 6;
  private static final int SYNC_BYTES = 16;

  private AvroWriter() {}

  /**
   * Writes all rows.
   *
   * @param path the file; one that exists is replaced when the new one is complete
   */
  public static ExportedFile write(Storage storage, String path, RowSource source)
      throws IOException {
    List<RowColumn> columns = source.columns();
    Schema schema = AvroSchemas.of(source.name(), columns);
    try (AtomicOutput out = new AtomicOutput(storage, path);
        DataFileWriter<GenericRecord> file =
            new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(schema))) {
      file.setCodec(CodecFactory.deflateCodec(LEVEL));
      Map<String, String> origin = source.origin();
      for (Map.Entry<String, String> pair : origin.entrySet()) {
        file.setMeta(pair.getKey(), pair.getValue());
      }
      file.create(schema, out, sync(schema, origin));
      Records records = new Records(source, schema);
      source.scan(batch -> records.append(batch, file));
      file.flush();
      long bytes = out.position();
      out.commit();
      return new ExportedFile(path, records.rows, bytes);
    }
  }

  /** The marker between blocks: the same for the same file, unlike any other text in it. */
  private static byte[] sync(Schema schema, Map<String, String> origin) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(schema.toString().getBytes(StandardCharsets.UTF_8));
      byte[] all = digest.digest(origin.toString().getBytes(StandardCharsets.UTF_8));
      return Arrays.copyOf(all, SYNC_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Makes records of batches. */
  private static final class Records {
    private final RowSource source;
    private final List<RowColumn> columns;
    private final GenericData.Record record;
    private final Utf8[][] words;
    private long rows;

    Records(RowSource source, Schema schema) {
      this.source = source;
      this.columns = source.columns();
      this.record = new GenericData.Record(schema);
      this.words = new Utf8[columns.size()][0];
    }

    void append(RowBatch batch, DataFileWriter<GenericRecord> file) throws IOException {
      for (int row = 0; row < batch.rows(); row++) {
        for (int i = 0; i < columns.size(); i++) {
          boolean missing = columns.get(i).isOptional() && batch.nulls(i).get(row);
          record.put(i, missing ? null : value(batch.bytes(i), i, row));
        }
        file.append(record);
      }
      rows += batch.rows();
    }

    private Object value(ByteBuffer bytes, int column, int row) {
      ColumnType type = columns.get(column).type();
      return switch (type) {
        case F32 -> bytes.getFloat(4 * row);
        case F64 -> bytes.getDouble(8 * row);
        case BOOL -> bytes.get(row) != 0;
        case STRING -> word(column, bytes.getInt(4 * row));
        case U32, U64, I64 -> IntegerCells.integer(type, bytes, row);
        default -> (int) IntegerCells.integer(type, bytes, row);
      };
    }

    private Utf8 word(int column, int code) {
      Utf8[] known = words[column];
      if (code >= known.length) {
        known = Arrays.copyOf(known, Math.max(code + 1, 2 * known.length));
        words[column] = known;
      }
      if (known[code] == null) {
        known[code] = new Utf8(source.utf8(column, code));
      }
      return known[code];
    }
  }
}
