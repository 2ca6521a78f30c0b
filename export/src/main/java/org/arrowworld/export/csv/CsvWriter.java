// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.csv;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.arrowworld.export.internal.AtomicOutput;
import org.arrowworld.export.internal.Decimals;
import org.arrowworld.export.rows.ExportedFile;
import org.arrowworld.export.rows.IntegerCells;
import org.arrowworld.export.rows.RowBatch;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;
import org.arrowworld.storage.Storage;

/**
 * Writes rows as CSV as RFC 4180 has it: UTF-8, a header, fields separated by commas, lines ended
 * by CR LF, texts with a comma, quote or line break in quotes. Streaming, published atomically.
 *
 * <p>Integers are exact; floats are the shortest decimals that read back equal, {@code nan}, {@code
 * inf} and {@code -inf} (a NaN's payload is lost); bools are {@code true} and {@code false}. A
 * missing value is an empty field, an empty text two quotes. The {@code val} of a log is the number
 * its key's type says: exact integers for 64-bit types, 0 or 1 for bools, the code for strings.
 */
public final class CsvWriter {
  private static final byte[] TRUE = bytes("true");
  private static final byte[] FALSE = bytes("false");
  private static final byte[] EMPTY = bytes("\"\"");

  private final CsvOptions options;

  /** A writer of files. */
  public CsvWriter(CsvOptions options) {
    this.options = options;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Writes all rows.
   *
   * @param path the file; one that exists is replaced when the new one is complete
   */
  public ExportedFile write(Storage storage, String path, RowSource source) throws IOException {
    try (AtomicOutput out = new AtomicOutput(storage, path)) {
      Lines lines = new Lines(source, options, out);
      lines.header();
      source.scan(lines::rows);
      long bytes = out.position();
      out.commit();
      return new ExportedFile(path, lines.count, bytes);
    }
  }

  /** Turns batches into lines. */
  private static final class Lines {
    private final RowSource source;
    private final CsvOptions options;
    private final AtomicOutput out;
    private final List<RowColumn> columns;
    private final int keyed;
    private final byte[] digits = new byte[20];
    private final byte[][][] quoted;
    private long count;

    Lines(RowSource source, CsvOptions options, AtomicOutput out) {
      this.source = source;
      this.options = options;
      this.out = out;
      this.columns = source.columns();
      this.keyed = source.keyed().map(RowSource.KeyedValues::valueColumn).orElse(-1);
      this.quoted = new byte[columns.size()][0][];
    }

    void header() throws IOException {
      for (int i = 0; i < columns.size(); i++) {
        separate(i);
        out.write(field(bytes(columns.get(i).name())));
      }
      end();
    }

    private void separate(int column) throws IOException {
      if (column > 0) {
        out.write(',');
      }
    }

    private void end() throws IOException {
      out.write('\r');
      out.write('\n');
    }

    void rows(RowBatch batch) throws IOException {
      for (int row = 0; row < batch.rows(); row++) {
        for (int i = 0; i < columns.size(); i++) {
          separate(i);
          if (!columns.get(i).isOptional() || !batch.nulls(i).get(row)) {
            cell(batch, i, row);
          } else if (columns.size() == 1) {
            out.write(EMPTY); // else the line would be empty, and readers pass over it
          }
        }
        end();
      }
      count += batch.rows();
    }

    private void cell(RowBatch batch, int column, int row) throws IOException {
      ColumnType type = columns.get(column).type();
      ByteBuffer bytes = batch.bytes(column);
      if (column == keyed) {
        value(batch, bytes.getLong(8 * row), row);
        return;
      }
      switch (type) {
        case F32 -> ascii(Decimals.of(bytes.getFloat(4 * row)));
        case F64 -> ascii(Decimals.of(bytes.getDouble(8 * row)));
        case BOOL -> out.write(bytes.get(row) != 0 ? TRUE : FALSE);
        case STRING -> out.write(word(column, bytes.getInt(4 * row)));
        case U64 -> unsigned(bytes.getLong(8 * row));
        case U8, I8, U16, I16, U32, I32, I64 -> number(IntegerCells.integer(type, bytes, row));
      }
    }

    /** A {@code val} as its key's type has it. */
    private void value(RowBatch batch, long pattern, int row) throws IOException {
      RowSource.KeyedValues values = source.keyed().orElseThrow();
      int keyColumn = values.keyColumn();
      ColumnType codeType = columns.get(keyColumn).type();
      int code = (int) IntegerCells.integer(codeType, batch.bytes(keyColumn), row);
      switch (values.keys().key(code).type()) {
        case F32 -> ascii(Decimals.of(Float.intBitsToFloat(Values.toF32Bits(pattern))));
        case F64 -> ascii(Decimals.of(Double.longBitsToDouble(pattern)));
        case U64 -> unsigned(pattern);
        case I64 -> number(pattern);
        case U8, I8, U16, I16, U32, I32, BOOL, STRING -> number(Values.toInteger(pattern));
      }
    }

    private byte[] word(int column, int code) {
      byte[][] known = quoted[column];
      if (code >= known.length) {
        known = Arrays.copyOf(known, Math.max(code + 1, 2 * known.length));
        quoted[column] = known;
      }
      if (known[code] == null) {
        known[code] = field(source.utf8(column, code));
      }
      return known[code];
    }

    private byte[] field(byte[] text) {
      if (text.length == 0) {
        return EMPTY;
      }
      boolean formula = "=+-@\t\r".indexOf(text[0]) >= 0;
      boolean guard = formula && options.text() == CsvOptions.Text.SPREADSHEET_SAFE;
      int quotes = 0;
      boolean quote = guard || text[0] == ' ' || text[text.length - 1] == ' ';
      for (byte b : text) {
        quotes += b == '"' ? 1 : 0;
        quote |= b == '"' || b == ',' || b == '\r' || b == '\n';
      }
      if (!quote) {
        return text;
      }
      ByteBuffer field = ByteBuffer.allocate(text.length + quotes + 2 + (guard ? 1 : 0));
      field.put((byte) '"');
      if (guard) {
        field.put((byte) '\'');
      }
      for (byte b : text) {
        if (b == '"') {
          field.put(b);
        }
        field.put(b);
      }
      return field.put((byte) '"').array();
    }

    private void unsigned(long value) throws IOException {
      if (value < 0) {
        ascii(Long.toUnsignedString(value));
      } else {
        number(value);
      }
    }

    private void number(long value) throws IOException {
      if (value == Long.MIN_VALUE) {
        ascii(Long.toString(value));
        return;
      }
      long rest = Math.abs(value);
      int at = digits.length;
      do {
        digits[--at] = (byte) ('0' + rest % 10);
        rest /= 10;
      } while (rest != 0);
      if (value < 0) {
        digits[--at] = '-';
      }
      out.write(digits, at, digits.length - at);
    }

    private void ascii(String text) throws IOException {
      for (int i = 0; i < text.length(); i++) {
        out.write(text.charAt(i));
      }
    }
  }
}
