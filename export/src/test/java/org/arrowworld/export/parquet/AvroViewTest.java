// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.io.LocalInputFile;
import org.arrowworld.schema.Column;
import org.arrowworld.storage.DiskStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Avro view, and our files in the stock Avro reader. */
class AvroViewTest {
  private static final int ROWS = 30_000;

  @TempDir Path directory;

  @Test
  void records_have_every_value_and_name_its_type() {
    RandomTable table = new RandomTable(3, ROWS);
    AvroView view = new AvroView(table, table.words);
    assertThat(view.schema().getField("u64_rising").getProp(AvroView.TYPE)).isEqualTo("u64");
    int row = 0;
    for (Iterator<GenericRecord> it = view.records().iterator(); it.hasNext(); row++) {
      GenericRecord record = it.next();
      for (Column column : table.columns()) {
        ByteBuffer bytes = table.bytes(column);
        Object value = record.get(column.name());
        switch (column.type()) {
          case U32 -> assertThat(value).isEqualTo(bytes.getInt(4 * row) & 0xFFFF_FFFFL);
          case U64 -> assertThat(value).isEqualTo(bytes.getLong(8 * row));
          case F64 ->
              assertThat(Double.doubleToRawLongBits((Double) value))
                  .isEqualTo(bytes.getLong(8 * row));
          case BOOL -> assertThat(value).isEqualTo(bytes.get(row) == 1);
          case STRING -> assertThat(value).isEqualTo(table.words.word(bytes.getInt(4 * row)));
          default -> assertThat(value).isNotNull();
        }
      }
    }
    assertThat(row).isEqualTo(ROWS);
  }

  @Test
  void the_stock_avro_reader_reads_our_files() throws IOException {
    RandomTable table = new RandomTable(4, ROWS);
    new ParquetTableWriter(
            new DiskStorage(directory), ParquetOptions.DEFAULT.with(ParquetCompression.none()))
        .write("t.parquet", table, table.words, Map.of());
    Column floats =
        table.columns().stream()
            .filter(c -> c.name().equals("f64_any_bits"))
            .findFirst()
            .orElseThrow();
    Column words =
        table.columns().stream()
            .filter(c -> c.name().equals("string_few"))
            .findFirst()
            .orElseThrow();
    LocalInputFile file = new LocalInputFile(directory.resolve("t.parquet"));
    try (ParquetReader<GenericRecord> reader =
        AvroParquetReader.<GenericRecord>builder(file, new PlainParquetConfiguration())
            .withDataModel(GenericData.get())
            .build()) {
      for (int row = 0; row < ROWS; row++) {
        GenericRecord record = reader.read();
        assertThat(Double.doubleToRawLongBits((Double) record.get("f64_any_bits")))
            .isEqualTo(table.bytes(floats).getLong(8 * row));
        assertThat(record.get("string_few").toString())
            .isEqualTo(table.words.word(table.bytes(words).getInt(4 * row)));
      }
      assertThat(reader.read()).isNull();
    }
  }
}
