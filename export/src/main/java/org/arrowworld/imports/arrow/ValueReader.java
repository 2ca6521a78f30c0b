// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.export.internal.Halves;
import org.arrowworld.imports.arrow.StoredType.Kind;
import org.arrowworld.imports.values.Budget;
import org.arrowworld.imports.values.ColumnNames;
import org.arrowworld.imports.values.WordTable;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/** Decodes a field's values out of batches, after its {@link Plan}. One thread. */
final class ValueReader {
  private static final int UUID_BYTES = 16;

  private final Plan plan;
  private final WordTable words;
  private final Budget budget;

  ValueReader(Plan plan, WordTable words, Budget budget) {
    this.plan = plan;
    this.words = words;
    this.budget = budget;
  }

  /** The field's values in a batch; its dictionary, if it has one, is not looked at. */
  Chunk read(Batch batch, ArrowField field) throws IOException, NoColumnException {
    if (field.type().kind() == Kind.RUN_END_ENCODED) {
      return runs(batch, field);
    }
    Batch.Node node = batch.node();
    int rows = node.length();
    int width = plan.type().widthBytes();
    if (field.type().kind() == Kind.NULL) {
      budget.claim((long) rows * width); // for good: no bytes of the file stand for it
      BitSet nulls = new BitSet();
      nulls.set(0, rows);
      return new Chunk(rows, width, allocate(rows, width), nulls);
    }
    BitSet nulls = nulls(batch, node);
    return switch (plan.how()) {
      case BYTES -> fixed(batch, field, rows, nulls);
      case BITS -> new Chunk(rows, 1, bools(batch.buffer((rows + 7L) / 8), rows), nulls);
      case BYTES_OF_BOOLS -> {
        ByteBuffer bytes = batch.buffer(rows);
        for (int row = 0; row < rows; row++) {
          bytes.put(row, (byte) (bytes.get(row) == 0 ? 0 : 1));
        }
        yield new Chunk(rows, 1, bytes, nulls);
      }
      case HALF -> {
        ByteBuffer halves = batch.buffer(2L * rows);
        ByteBuffer floats = allocate(rows, width);
        for (int row = 0; row < rows; row++) {
          floats.putInt(4 * row, Halves.toF32Bits(halves.getShort(2 * row)));
        }
        yield new Chunk(rows, width, floats, nulls);
      }
      case UNSCALED, NEAREST -> decimals(batch, field, rows, nulls);
      case TEXT -> new Chunk(rows, width, texts(batch, field, rows, nulls), nulls);
      case UUID -> new Chunk(rows, width, uuids(batch.buffer(16L * rows), rows, nulls), nulls);
      case NOTHING -> throw new IllegalStateException("a field of nulls with values");
    };
  }

  /** Positions in a dictionary, -1 for none. */
  int[] positions(Batch batch, ArrowField.Index index, int dictionaryRows) throws IOException {
    Batch.Node node = batch.node();
    BitSet nulls = nulls(batch, node);
    int width = index.type().bits() / 8;
    ByteBuffer data = batch.buffer((long) node.length() * width);
    int[] positions = new int[node.length()];
    for (int row = 0; row < positions.length; row++) {
      if (nulls.get(row)) {
        positions[row] = -1;
        continue;
      }
      long position = integer(data, row, width, index.type().signed());
      if (position < 0 || position >= dictionaryRows) {
        throw batch.damaged(
            Text.of(
                "points to word %s of a dictionary of %d",
                Long.toUnsignedString(position), dictionaryRows));
      }
      positions[row] = (int) position;
    }
    return positions;
  }

  private static long integer(ByteBuffer data, int row, int width, boolean signed) {
    return switch (width) {
      case 1 -> signed ? data.get(row) : data.get(row) & 0xFF;
      case 2 -> signed ? data.getShort(2 * row) : data.getChar(2 * row);
      case 4 -> signed ? data.getInt(4 * row) : data.getInt(4 * row) & 0xFFFF_FFFFL;
      default -> data.getLong(8 * row);
    };
  }

  private static BitSet nulls(Batch batch, Batch.Node node) throws IOException {
    BitSet nulls = new BitSet();
    if (node.nulls() == 0) {
      batch.skipBuffer();
      return nulls;
    }
    ByteBuffer validity = batch.buffer(0);
    if (!validity.hasRemaining()) {
      return nulls;
    }
    if (validity.remaining() < (node.length() + 7) / 8) {
      throw batch.damaged("has too short a validity bitmap");
    }
    for (int row = 0; row < node.length(); row++) {
      if ((validity.get(row >>> 3) >>> (row & 7) & 1) == 0) {
        nulls.set(row);
      }
    }
    return nulls;
  }

  private static ByteBuffer allocate(int rows, int width) {
    return ByteBuffer.allocate(Math.multiplyExact(rows, width)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Chunk fixed(Batch batch, ArrowField field, int rows, BitSet nulls) throws IOException {
    int width = plan.type().widthBytes();
    ByteBuffer data = batch.buffer((long) rows * width);
    if (plan.type() == ColumnType.BOOL) {
      for (int row = 0; row < rows; row++) {
        if ((data.get(row) & 0xFE) != 0 && !nulls.get(row)) {
          throw batch.damaged(
              Text.of("of column '%s' of bools holds the byte %d", field.name(), data.get(row)));
        }
      }
    }
    return new Chunk(rows, width, data, nulls);
  }

  private static ByteBuffer bools(ByteBuffer bits, int rows) {
    ByteBuffer bytes = allocate(rows, 1);
    for (int row = 0; row < rows; row++) {
      bytes.put(row, (byte) (bits.get(row >>> 3) >>> (row & 7) & 1));
    }
    return bytes;
  }

  private Chunk decimals(Batch batch, ArrowField field, int rows, BitSet nulls)
      throws IOException, NoColumnException {
    StoredType type = field.type();
    int width = type.bits() / 8;
    ByteBuffer data = batch.buffer((long) rows * width);
    ByteBuffer values = allocate(rows, Long.BYTES);
    byte[] big = new byte[width];
    for (int row = 0; row < rows; row++) {
      if (nulls.get(row)) {
        continue;
      }
      for (int i = 0; i < width; i++) {
        big[width - 1 - i] = data.get(row * width + i);
      }
      BigInteger unscaled = new BigInteger(big);
      if (plan.how() == Plan.How.NEAREST) {
        values.putDouble(8 * row, new BigDecimal(unscaled, type.scale()).doubleValue());
      } else if (unscaled.bitLength() < Long.SIZE) {
        values.putLong(8 * row, unscaled.longValue());
      } else {
        throw new NoColumnException(
            Text.of(
                "its type is %s, and %s does not fit an i64; take the nearest float64 with %s",
                field.label(),
                new BigDecimal(unscaled, type.scale()).toPlainString(),
                ColumnNames.advice(field.name(), ":f64")));
      }
    }
    return new Chunk(rows, Long.BYTES, values, nulls);
  }

  private ByteBuffer texts(Batch batch, ArrowField field, int rows, BitSet nulls)
      throws IOException {
    boolean views =
        field.type().kind() == Kind.STRING_VIEW || field.type().kind() == Kind.BINARY_VIEW;
    if (views) {
      return Views.read(batch, rows, nulls, words, budget);
    }
    boolean large =
        field.type().kind() == Kind.LARGE_STRING || field.type().kind() == Kind.LARGE_BINARY;
    int width = large ? Long.BYTES : Integer.BYTES;
    ByteBuffer offsets = batch.buffer(rows == 0 ? 0 : (rows + 1L) * width);
    ByteBuffer text = batch.buffer(0);
    ByteBuffer codes = allocate(rows, Integer.BYTES);
    long start = rows == 0 ? 0 : integer(offsets, 0, width, true);
    for (int row = 0; row < rows; row++) {
      long end = integer(offsets, row + 1, width, true);
      if (start < 0 || end < start || end > text.limit()) {
        throw batch.damaged(
            Text.of(
                "of column '%s' has a text at bytes %d to %d of %d",
                field.name(), start, end, text.limit()));
      }
      if (!nulls.get(row)) {
        codes.putInt(
            4 * row,
            words.code(text.array(), text.arrayOffset() + (int) start, (int) (end - start)));
      }
      start = end;
    }
    return codes;
  }

  private ByteBuffer uuids(ByteBuffer data, int rows, BitSet nulls) throws DamagedFileException {
    ByteBuffer codes = allocate(rows, Integer.BYTES);
    ByteBuffer big = data.duplicate().order(ByteOrder.BIG_ENDIAN);
    for (int row = 0; row < rows; row++) {
      if (!nulls.get(row)) {
        int at = UUID_BYTES * row;
        String text = new java.util.UUID(big.getLong(at), big.getLong(at + 8)).toString();
        codes.putInt(4 * row, words.code(text));
      }
    }
    return codes;
  }

  /** Values each of which stands for a run of rows. */
  private Chunk runs(Batch batch, ArrowField field) throws IOException, NoColumnException {
    int rows = batch.node().length();
    ArrowField ends = field.children().get(0);
    int width = ends.type().bits() / 8;
    if (ends.type().kind() != Kind.INT || ends.index().isPresent() || width < 2) {
      throw batch.damaged("has runs whose ends are not integers");
    }
    Batch.Node node = batch.node();
    batch.skipBuffer();
    ByteBuffer data = batch.buffer((long) node.length() * width);
    ArrowField below = field.children().get(1).named(field.name());
    Chunk values = read(batch, below);
    budget.claim(4L * rows + (long) rows * values.width()); // a run needs no bytes for its rows
    int[] positions = new int[rows];
    int row = 0;
    for (int run = 0; run < node.length() && row < rows; run++) {
      long end = integer(data, run, width, true);
      if (end <= row || run >= values.rows()) {
        throw batch.damaged(Text.of("of column '%s' has runs that do not rise", field.name()));
      }
      for (; row < Math.min(end, rows); row++) {
        positions[row] = run;
      }
    }
    if (row < rows) {
      throw batch.damaged(Text.of("of column '%s' has runs for %d rows", field.name(), row));
    }
    Chunk all = values.at(positions, rows);
    budget.release(4L * rows + (long) rows * values.width());
    return all;
  }
}
