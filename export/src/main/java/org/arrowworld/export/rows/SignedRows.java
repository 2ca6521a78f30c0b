// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.arrowworld.schema.ColumnType;

/**
 * The same rows without unsigned types, for engines that have none: u8 as i16, u16 as i32, u32 as
 * i64, and u64 as the i64 with the same 64 bits.
 */
public final class SignedRows extends ForwardingRows {
  /** Rows of another source. */
  public SignedRows(RowSource source) {
    super(source);
  }

  /** The type that stands for another where there are no unsigned ones. */
  public static ColumnType signed(ColumnType type) {
    return switch (type) {
      case U8 -> ColumnType.I16;
      case U16 -> ColumnType.I32;
      case U32, U64 -> ColumnType.I64;
      default -> type;
    };
  }

  @Override
  public List<RowColumn> columns() {
    return source.columns().stream().map(c -> c.with(signed(c.type()))).toList();
  }

  @Override
  public Map<String, String> origin() throws IOException {
    Map<String, String> origin = new java.util.LinkedHashMap<>(source.origin());
    origin.put("aw.signed", "true");
    return origin;
  }

  @Override
  public void scan(Visitor visitor) throws IOException {
    List<RowColumn> from = source.columns();
    List<RowColumn> to = columns();
    BatchPair batches = new BatchPair(to, visitor);
    source.scan(
        batch -> {
          RowBatch target = batches.filling();
          for (int column = 0; column < to.size(); column++) {
            convert(from.get(column).type(), batch, column, target);
            target.nulls(column).or(batch.nulls(column));
          }
          target.rows(batch.rows());
          batches.flush();
        });
  }

  private static void convert(ColumnType from, RowBatch batch, int column, RowBatch target) {
    ByteBuffer source = batch.bytes(column);
    ByteBuffer out = target.bytes(column);
    int rows = batch.rows();
    switch (from) {
      case U8 -> {
        for (int row = 0; row < rows; row++) {
          out.putShort(2 * row, (short) (source.get(row) & 0xFF));
        }
      }
      case U16 -> {
        for (int row = 0; row < rows; row++) {
          out.putInt(4 * row, source.getChar(2 * row));
        }
      }
      case U32 -> {
        for (int row = 0; row < rows; row++) {
          out.putLong(8 * row, source.getInt(4 * row) & 0xFFFF_FFFFL);
        }
      }
      default -> out.put(0, source, 0, rows * from.widthBytes());
    }
  }
}
