// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.Type;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.imports.values.WordTable;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/**
 * The values of a column chunk, a page at a time: PLAIN and by dictionary, of types that a table
 * stores as Parquet does, and texts. What is stored otherwise is a {@link ParquetCursor}'s.
 */
final class PageValues {
  private final ParquetInput input;
  private final InputColumn column;
  private final ChunkPages pages;
  private final WordTable words;
  private final int width;
  private final boolean isText;
  private final boolean isOptional;
  private ByteBuffer dictionary = ByteBuffer.allocate(0);

  /** Of texts, the code of each word of the dictionary, -1 if it was not met. */
  private int[] codes = {};

  private int[] offsets = {};
  private int[] positions = {};

  /** A page is not stored in one of the usual ways. */
  static final class UnusualException extends Exception {
    private static final long serialVersionUID = 1;
  }

  PageValues(
      ParquetInput input,
      InputColumn column,
      ColumnMetaData meta,
      ColumnType type,
      WordTable words) {
    this.input = input;
    this.column = column;
    this.words = words;
    this.pages = new ChunkPages(input, column, meta);
    this.width = type.widthBytes();
    this.isText = type == ColumnType.STRING;
    this.isOptional = column.descriptor().getMaxDefinitionLevel() > 0;
  }

  /** Whether a chunk says that it is stored in one of the usual ways. */
  static boolean areUsual(ColumnMetaData meta, InputColumn.Reading reading) {
    boolean text =
        reading.form() == InputColumn.Form.TEXT
            && reading.type() == ColumnType.STRING
            && meta.getType() == Type.BYTE_ARRAY;
    boolean number =
        reading.form() == InputColumn.Form.NUMBER
            && switch (meta.getType()) {
              case INT32, FLOAT -> reading.type().widthBytes() == Integer.BYTES;
              case INT64, DOUBLE -> reading.type().widthBytes() == Long.BYTES;
              default -> false;
            };
    return (text || number)
        && meta.isSetEncodings()
        && meta.getEncodings().stream()
            .allMatch(
                encoding ->
                    switch (encoding) {
                      case PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY, RLE, BIT_PACKED -> true;
                      default -> false;
                    });
  }

  /** Reads the dictionary, if there is one; before the first page. */
  void begin() throws IOException {
    DictionaryPage page = pages.readDictionaryPage();
    if (page == null) {
      return;
    }
    dictionary = bytes(page.getBytes());
    int count = page.getDictionarySize();
    codes = new int[count];
    if (isText) {
      offsets = new int[count];
      int at = 0;
      for (int word = 0; word < count; word++) {
        offsets[word] = at;
        at += Integer.BYTES + length(dictionary, at);
      }
      Arrays.fill(codes, -1);
    } else if ((long) count * width > dictionary.limit()) {
      throw damaged("a dictionary that ends before its values");
    }
  }

  /** Bytes in an array of theirs. */
  private static ByteBuffer bytes(BytesInput input) throws IOException {
    ByteBuffer bytes = input.toInputStream().slice((int) input.size());
    return bytes.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The length of the text there, which is inside the bytes. */
  private int length(ByteBuffer bytes, int at) throws DamagedFileException {
    int length = at <= bytes.limit() - Integer.BYTES ? bytes.getInt(at) : -1;
    if (length < 0 || length > bytes.limit() - Integer.BYTES - at) {
      throw damaged("a text that leaves its page");
    }
    return length;
  }

  /**
   * Reads the next page's values.
   *
   * @param data the table's column
   * @param row where the first of them goes
   * @return how many there are
   */
  int read(ByteBuffer data, BitSet nulls, int row) throws IOException, UnusualException {
    DataPage page = pages.readPage();
    int count = page.getValueCount();
    ByteBuffer levels = null;
    ByteBuffer values;
    Encoding encoding;
    if (page instanceof DataPageV1 first) {
      values = bytes(first.getBytes());
      encoding = first.getValueEncoding();
      if (isOptional) {
        int length = values.getInt();
        levels = values.slice(values.position(), length);
        values.position(values.position() + length);
        values = values.slice().order(ByteOrder.LITTLE_ENDIAN);
      }
    } else {
      DataPageV2 second = (DataPageV2) page;
      values = bytes(second.getData());
      encoding = second.getDataEncoding();
      levels = isOptional ? bytes(second.getDefinitionLevels()) : null;
    }
    int there = levels == null ? count : count - absent(levels, count, nulls, row);
    switch (encoding) {
      case PLAIN -> plain(values, there, new Target(data, nulls, row, count));
      case PLAIN_DICTIONARY, RLE_DICTIONARY ->
          coded(values, there, new Target(data, nulls, row, count));
      default -> throw new UnusualException();
    }
    return count;
  }

  /**
   * Where values go.
   *
   * @param nulls rows that get none
   * @param row the first
   * @param count rows
   */
  private record Target(ByteBuffer data, BitSet nulls, int row, int count) {
    /** The next row from this on that gets a value. */
    int next(int from) {
      return nulls.nextClearBit(from);
    }
  }

  /** Notes which rows have no value; returns how many. */
  private int absent(ByteBuffer levels, int count, BitSet nulls, int row) {
    positions = HybridRuns.decode(levels, 1, count, positions);
    int absent = 0;
    for (int i = 0; i < count; i++) {
      if (positions[i] == 0) {
        nulls.set(row + i);
        absent++;
      }
    }
    return absent;
  }

  private void plain(ByteBuffer values, int there, Target target) throws IOException {
    if (isText) {
      int at = 0;
      int row = target.row;
      for (int i = 0; i < there; i++, row++) {
        row = target.next(row);
        int length = length(values, at);
        int from = values.arrayOffset() + at + Integer.BYTES;
        target.data.putInt(4 * row, words.code(values.array(), from, length));
        at += Integer.BYTES + length;
      }
      return;
    }
    if ((long) there * width > values.limit()) {
      throw damaged(Text.of("a page of %d values in %d bytes", there, values.limit()));
    }
    if (there == target.count) {
      target.data.put(target.row * width, values, 0, there * width);
      return;
    }
    int row = target.row;
    for (int i = 0; i < there; i++, row++) {
      row = target.next(row);
      copy(values, i, target.data, row);
    }
  }

  private void copy(ByteBuffer from, int index, ByteBuffer to, int row) {
    if (width == Integer.BYTES) {
      to.putInt(4 * row, from.getInt(4 * index));
    } else {
      to.putLong(8 * row, from.getLong(8 * index));
    }
  }

  private void coded(ByteBuffer values, int there, Target target) throws IOException {
    if (there == 0) {
      return;
    }
    int bits = values.get() & 0xFF;
    positions = HybridRuns.decode(values.slice(), bits, there, positions);
    int row = target.row;
    boolean all = there == target.count;
    for (int i = 0; i < there; i++, row++) {
      row = all ? row : target.next(row);
      int position = positions[i];
      if (position < 0 || position >= codes.length) {
        throw damaged(
            Text.of(
                "a value that is number %s of a dictionary of %d",
                Integer.toUnsignedString(position), codes.length));
      }
      if (isText) {
        target.data.putInt(4 * row, code(position));
      } else {
        copy(dictionary, position, target.data, row);
      }
    }
  }

  private int code(int position) throws IOException {
    if (codes[position] < 0) {
      int at = offsets[position];
      int from = dictionary.arrayOffset() + at + Integer.BYTES;
      codes[position] = words.code(dictionary.array(), from, dictionary.getInt(at));
    }
    return codes[position];
  }

  private DamagedFileException damaged(String finding) {
    return new DamagedFileException(
        input.path(), -1, Text.of("column '%s' has %s", column.name(), finding));
  }

  /** Gives back what its pages took. */
  void close() {
    pages.close();
  }
}
