// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/** The values of a column, one after the other. One thread at a time. */
public final class ParquetCursor {
  /** What a word takes beside its characters. */
  private static final long WORD_BYTES = 64;

  private final ParquetInput input;
  private final InputColumn column;
  private final InputColumn.Reading reading;
  private final List<RowGroup> groups;
  private final ColumnType type;
  private final int present;
  private final Map<Binary, String> words = new HashMap<>();
  private String[] dictionary = {};
  private int nextGroup;
  private ChunkPages pages;
  private ColumnReader values;
  private long left;
  private boolean begun;
  private boolean isNull;
  private long row;

  ParquetCursor(ParquetInput input, InputColumn column, InputColumn.Reading reading) {
    this(input, column, reading, input.groups(), 0);
  }

  /**
   * The values of some row groups.
   *
   * @param firstRow the number of their first row
   */
  ParquetCursor(
      ParquetInput input,
      InputColumn column,
      InputColumn.Reading reading,
      List<RowGroup> groups,
      long firstRow) {
    this.groups = groups;
    this.row = firstRow - 1;
    this.input = input;
    this.column = column;
    this.reading = reading;
    this.type = reading.type();
    this.present = column.descriptor().getMaxDefinitionLevel();
  }

  /** Moves to the next row; false behind the last. */
  public boolean next() throws IOException {
    try {
      return advance();
    } catch (RuntimeException | StackOverflowError e) {
      throw Decoding.failed(input.path(), e);
    }
  }

  private boolean advance() throws IOException {
    if (left > 0 && begun) {
      if (!isNull) {
        values.skip(); // nothing happens if it was read
      }
      values.consume();
    }
    while (left == 0) {
      if (pages != null) {
        pages.close();
        pages = null;
      }
      if (nextGroup == groups.size()) {
        return false;
      }
      begin(groups.get(nextGroup++));
    }
    begun = true;
    left--;
    row++;
    isNull = values.getCurrentDefinitionLevel() < present;
    return true;
  }

  private void begin(RowGroup group) {
    left = group.getNum_rows();
    begun = false;
    if (left > 0) {
      pages = new ChunkPages(input, column, group.getColumns().get(column.leaf()).getMeta_data());
      MessageType schema = new MessageType("schema", column.descriptor().getPrimitiveType());
      // No writer's name: parquet-java takes forever to parse some, for a workaround (PARQUET-246)
      // that it applies without one, and that changes nothing for sound pages.
      values =
          new ColumnReadStoreImpl(pages, new NoConverter(), schema, "")
              .getColumnReader(column.descriptor());
    }
  }

  /** Whether the row has no value. */
  public boolean isNull() {
    return isNull;
  }

  /**
   * The row's number or bool: integers as they are, of a u64 and of floats the bits.
   *
   * @throws DamagedFileException if it is outside its type
   */
  public long bits() throws IOException {
    try {
      return value();
    } catch (RuntimeException e) {
      throw Decoding.failed(input.path(), e);
    }
  }

  private long value() throws IOException {
    if (reading.form() != InputColumn.Form.NUMBER) {
      return PackedValues.bits(column.name(), reading, values);
    }
    return switch (type) {
      case BOOL -> values.getBoolean() ? 1 : 0;
      case F32 -> Float.floatToRawIntBits(values.getFloat());
      case F64 -> Double.doubleToRawLongBits(values.getDouble());
      case I64, U64 -> values.getLong();
      case I32 -> values.getInteger();
      case U32 -> values.getInteger() & 0xFFFF_FFFFL;
      case I16 -> within(values.getInteger(), Short.MIN_VALUE, Short.MAX_VALUE);
      case U16 -> within(values.getInteger(), 0, Character.MAX_VALUE);
      case I8 -> within(values.getInteger(), Byte.MIN_VALUE, Byte.MAX_VALUE);
      case U8 -> within(values.getInteger(), 0, 255);
      case STRING -> throw new IllegalArgumentException("a text is not a number");
    };
  }

  private long within(int value, int least, int greatest) throws IOException {
    if (value < least || value > greatest) {
      throw new DamagedFileException(
          input.path(),
          -1,
          Text.of(
              "row %d of column '%s' is %d, outside %s", row, column.name(), value, type.label()));
    }
    return value;
  }

  /** The row's text; equal ones are the same object. */
  public String text() throws IOException {
    try {
      if (reading.form() == InputColumn.Form.UUID) {
        return PackedValues.uuid(values.getBinary());
      }
      if (!pages.indices()) {
        return word(values.getBinary());
      }
      int index = values.getCurrentValueDictionaryID();
      if (dictionary[index] == null) {
        dictionary[index] = word(values.getBinary());
      }
      return dictionary[index];
    } catch (RuntimeException e) {
      throw Decoding.failed(input.path(), e);
    }
  }

  private String word(Binary found) throws IOException {
    input.decode(found.length());
    String known = words.get(found);
    if (known != null) {
      return known;
    }
    String word = decoded(found);
    input.claim(4L * found.length() + WORD_BYTES);
    words.put(found.copy(), word);
    return word;
  }

  private String decoded(Binary bytes) throws IOException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.toByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw new DamagedFileException(
          input.path(), -1, Text.of("row %d of column '%s' is not UTF-8", row, column.name()), e);
    }
  }

  /**
   * parquet-column wants somewhere to put values that nobody converts; it tells of dictionaries.
   */
  private final class NoConverter extends GroupConverter {
    @Override
    public Converter getConverter(int field) {
      return new PrimitiveConverter() {
        @Override
        public boolean hasDictionarySupport() {
          return true;
        }

        @Override
        public void setDictionary(Dictionary words) {
          dictionary = new String[type == ColumnType.STRING ? words.getMaxId() + 1 : 0];
        }
      };
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }
}
