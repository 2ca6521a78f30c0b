// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.Column;
import org.arrowworld.table.TableColumns;

/**
 * A table as Avro records of the generic model.
 *
 * <p>Avro has no unsigned types: u8, u16 and the signed types up to 32 bits are {@code int}, u32
 * and i64 are {@code long}, and u64 is a {@code long} with the same 64 bits (read it with {@link
 * Long#toUnsignedString}). Floats keep their bits. Every field carries its column type as the
 * property {@value #TYPE}.
 *
 * <p>(The stock {@code AvroParquetReader} maps a Parquet file by physical type instead: it shows a
 * u32 column as {@code int} with the same 32 bits.)
 */
public final class AvroView {
  /** Field property with the column's type, such as {@code u64}. */
  public static final String TYPE = "aw.type";

  private final TableColumns table;
  private final Codebook words;
  private final Schema schema;
  private final List<Column> columns;

  /**
   * A view of a table, which must not change while records are read.
   *
   * @param words the codebook of its string columns
   * @throws InvalidUseException if Avro does not allow the table's or a column's name
   */
  public AvroView(TableColumns table, Codebook words) {
    this.table = table;
    this.words = words;
    this.columns = table.columns();
    try {
      List<Schema.Field> fields = columns.stream().map(AvroView::field).toList();
      schema = Schema.createRecord(table.name(), null, "org.arrowworld", false, fields);
    } catch (AvroRuntimeException e) {
      throw new InvalidUseException(
          Text.of("Cannot show table '%s' as Avro: %s", table.name(), e.getMessage()), e);
    }
  }

  private static Schema.Field field(Column column) {
    Schema.Type type =
        switch (column.type()) {
          case U8, I8, U16, I16, I32 -> Schema.Type.INT;
          case U32, U64, I64 -> Schema.Type.LONG;
          case F32 -> Schema.Type.FLOAT;
          case F64 -> Schema.Type.DOUBLE;
          case BOOL -> Schema.Type.BOOLEAN;
          case STRING -> Schema.Type.STRING;
        };
    Schema.Field field = new Schema.Field(column.name(), Schema.create(type));
    field.addProp(TYPE, column.type().label());
    return field;
  }

  /** The records' schema: a record of the table's name in the namespace {@code org.arrowworld}. */
  public Schema schema() {
    return schema;
  }

  /** The rows in order, made as they are asked for; each record is the caller's. */
  public Stream<GenericRecord> records() {
    List<ByteBuffer> data =
        columns.stream()
            .map(column -> table.bytes(column).slice().order(ByteOrder.LITTLE_ENDIAN))
            .toList();
    return IntStream.range(0, table.rows()).mapToObj(row -> record(data, row));
  }

  private GenericRecord record(List<ByteBuffer> data, int row) {
    GenericRecord record = new GenericData.Record(schema);
    for (int i = 0; i < columns.size(); i++) {
      record.put(i, value(columns.get(i), data.get(i), row));
    }
    return record;
  }

  private Object value(Column column, ByteBuffer data, int row) {
    return switch (column.type()) {
      case U8 -> data.get(row) & 0xFF;
      case I8 -> (int) data.get(row);
      case U16 -> (int) data.getChar(2 * row);
      case I16 -> (int) data.getShort(2 * row);
      case I32 -> data.getInt(4 * row);
      case U32 -> Integer.toUnsignedLong(data.getInt(4 * row));
      case U64, I64 -> data.getLong(8 * row);
      case F32 -> data.getFloat(4 * row);
      case F64 -> data.getDouble(8 * row);
      case BOOL -> data.get(row) == 1;
      case STRING -> words.word(data.getInt(4 * row));
    };
  }
}
