// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.DiskStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables as parquet-java's own reader sees them. */
class ParquetTableWriterTest {
  @TempDir Path directory;

  private Path write(RandomTable table, ParquetCompression compression) throws IOException {
    new ParquetTableWriter(new DiskStorage(directory), ParquetOptions.DEFAULT.with(compression))
        .write("t.parquet", table, table.words, Map.of("aw.tick", "7"));
    return directory.resolve("t.parquet");
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1,0", "7,3", "1023,0", "20480,1", "20481,0", "122880,3", "250001,1"})
  void every_type_and_shape_comes_back_bit_for_bit(int rows, int level) throws IOException {
    RandomTable table = new RandomTable(rows + 1, rows);
    Path file =
        write(table, level == 0 ? ParquetCompression.none() : ParquetCompression.zstd(level));
    Map<String, List<Object>> read = ReferenceReader.read(file);
    for (Column column : table.columns()) {
      assertThat(read.getOrDefault(column.name(), List.of()))
          .as(column.name())
          .isEqualTo(expected(table, column));
    }
    ParquetMetadata footer = ReferenceReader.footer(file);
    assertThat(footer.getFileMetaData().getKeyValueMetaData())
        .containsEntry("aw.tick", "7")
        .containsKey("ARROW:schema");
    assertThat(footer.getBlocks()).hasSize((rows + 122_879) / 122_880);
    assertThat(directory.toFile().list()).containsExactly("t.parquet");
  }

  private static List<Object> expected(RandomTable table, Column column) {
    List<Object> values = new ArrayList<>();
    ByteBuffer bytes = table.bytes(column);
    for (int row = 0; row < table.rows(); row++) {
      values.add(expected(table, column.type(), bytes, row));
    }
    return values;
  }

  private static Object expected(RandomTable table, ColumnType type, ByteBuffer bytes, int row) {
    return switch (type) {
      case BOOL -> bytes.get(row) == 1;
      case U8 -> bytes.get(row) & 0xFF;
      case I8 -> (int) bytes.get(row);
      case U16 -> (int) bytes.getChar(2 * row);
      case I16 -> (int) bytes.getShort(2 * row);
      case U32, I32, F32 -> bytes.getInt(4 * row);
      case U64, I64, F64 -> bytes.getLong(8 * row);
      case STRING -> table.words.word(bytes.getInt(4 * row));
    };
  }

  @Test
  void statistics_bound_every_value_and_leave_out_nans() throws IOException {
    RandomTable table = new RandomTable(5, 130_000);
    Path file = write(table, ParquetCompression.zstd(1));
    int firstRow = 0;
    for (BlockMetaData block : ReferenceReader.footer(file).getBlocks()) {
      for (Column column : table.columns()) {
        ColumnChunkMetaData chunk = block.getColumns().get(table.columns().indexOf(column));
        Statistics<?> statistics = chunk.getStatistics();
        assertThat(statistics.getNumNulls()).isZero();
        checkBounds(table, column, statistics, firstRow, (int) block.getRowCount());
      }
      firstRow += (int) block.getRowCount();
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static void checkBounds(
      RandomTable table, Column column, Statistics statistics, int from, int rows) {
    List<Object> values = expected(table, column).subList(from, from + rows);
    Comparable least = null;
    Comparable greatest = null;
    for (Object raw : values) {
      Comparable value = comparable(column.type(), raw);
      if (value == null) {
        continue;
      }
      least = least == null || value.compareTo(least) < 0 ? value : least;
      greatest = greatest == null || value.compareTo(greatest) > 0 ? value : greatest;
    }
    assertThat(statistics.hasNonNullValue()).as(column.name()).isEqualTo(least != null);
    if (least != null) {
      assertThat(comparable(column.type(), rawStat(column.type(), statistics.genericGetMin())))
          .as(column.name() + " min")
          .isEqualTo(column.type().isFloat() && (Double) least == 0 ? -0.0 : least);
      assertThat(comparable(column.type(), rawStat(column.type(), statistics.genericGetMax())))
          .as(column.name() + " max")
          .isEqualTo(column.type().isFloat() && (Double) greatest == 0 ? 0.0 : greatest);
    }
  }

  private static Object rawStat(ColumnType type, Object bound) {
    return switch (type) {
      case F32 -> Float.floatToRawIntBits((Float) bound);
      case F64 -> Double.doubleToRawLongBits((Double) bound);
      case STRING -> ((org.apache.parquet.io.api.Binary) bound).toStringUsingUTF8();
      default -> bound;
    };
  }

  /** A value in its column's order, null for a NaN. */
  private static Comparable<?> comparable(ColumnType type, Object raw) {
    return switch (type) {
      case BOOL -> (Boolean) raw;
      case U64 -> (Long) raw ^ Long.MIN_VALUE;
      case U32 -> Integer.toUnsignedLong((Integer) raw);
      case I64 -> (Long) raw;
      case F32 -> {
        float value = Float.intBitsToFloat((Integer) raw);
        yield Float.isNaN(value) ? null : Double.valueOf(value);
      }
      case F64 -> {
        double value = Double.longBitsToDouble((Long) raw);
        yield Double.isNaN(value) ? null : Double.valueOf(value);
      }
      case STRING -> new Utf8((String) raw);
      default -> (Integer) raw;
    };
  }

  private record Utf8(String text) implements Comparable<Utf8> {
    @Override
    public int compareTo(Utf8 other) {
      return java.util.Arrays.compareUnsigned(
          text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
          other.text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  @Test
  void the_bytes_do_not_depend_on_the_number_of_threads() throws IOException {
    RandomTable table = new RandomTable(9, 200_000);
    DiskStorage storage = new DiskStorage(directory);
    for (int threads : List.of(1, 4)) {
      new ParquetTableWriter(
              storage,
              new ParquetOptions(ParquetCompression.zstd(1), threads, ParquetProfile.COMPAT))
          .write(threads + ".parquet", table, table.words, Map.of());
    }
    assertThat(Files.mismatch(directory.resolve("1.parquet"), directory.resolve("4.parquet")))
        .isEqualTo(-1);
  }
}
