// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.table.TableColumns;

/** A table with columns of every type, several shapes of values each, from a seed. */
final class RandomTable implements TableColumns {
  private final Map<Column, ByteBuffer> columns = new LinkedHashMap<>();
  private final int rows;
  final MutableCodebook words = new MutableCodebook();

  RandomTable(long seed, int rows) {
    this.rows = rows;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 300; i++) {
      words.intern("word " + i + " \u00e9\ud83d\ude00".repeat(i % 3));
    }
    for (ColumnType type : ColumnType.values()) {
      for (Shape shape : Shape.values()) {
        String name = type.label() + "_" + shape.name().toLowerCase(Locale.ROOT);
        columns.put(Column.of(name, type), fill(random, type, shape));
      }
    }
  }

  private enum Shape {
    ANY_BITS,
    FEW,
    RISING,
    ODD
  }

  private static final double[] ODD = {
    Double.NaN, -0.0, 0.0, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, -1.5, Double.MAX_VALUE
  };

  private ByteBuffer fill(SplittableRandom random, ColumnType type, Shape shape) {
    int width = type.widthBytes();
    ByteBuffer data = ByteBuffer.allocateDirect(rows * width).order(ByteOrder.LITTLE_ENDIAN);
    long rising = random.nextLong();
    for (int row = 0; row < rows; row++) {
      rising += random.nextInt(3);
      long bits =
          switch (shape) {
            case ANY_BITS -> random.nextLong();
            case FEW -> 0x7FF0_0000_7F80_0000L * random.nextInt(7);
            case RISING -> rising;
            case ODD -> odd(random, type);
          };
      switch (type) {
        case BOOL -> data.put((byte) (bits & 1));
        case STRING -> data.putInt((int) Long.remainderUnsigned(bits, words.size()));
        default -> {
          for (int i = 0; i < width; i++) {
            data.put((byte) (bits >>> (8 * i)));
          }
        }
      }
    }
    return data.flip();
  }

  private static long odd(SplittableRandom random, ColumnType type) {
    double value = ODD[random.nextInt(ODD.length)];
    return switch (type) {
      case F32 -> random.nextInt(9) == 0 ? 0x7F80_0001L : Float.floatToRawIntBits((float) value);
      case F64 ->
          random.nextInt(9) == 0 ? 0xFFF0_0000_0000_0001L : Double.doubleToRawLongBits(value);
      default -> random.nextBoolean() ? -1L : Long.MIN_VALUE >>> random.nextInt(64);
    };
  }

  @Override
  public String name() {
    return "random";
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public List<Column> columns() {
    return new ArrayList<>(columns.keySet());
  }

  @Override
  public ByteBuffer bytes(Column column) {
    return columns.get(column).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}
