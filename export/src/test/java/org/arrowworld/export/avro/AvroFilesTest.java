// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.avro;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.io.LocalInputFile;
import org.arrowworld.Store;
import org.arrowworld.export.parquet.ParquetCompression;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.parquet.ParquetRowWriter;
import org.arrowworld.export.rows.EventSource;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.Sources;
import org.arrowworld.log.LogOptions;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Avro's own readers read. */
class AvroFilesTest {
  @TempDir Path directory;

  private static void check(List<Object> row, GenericRecord record) {
    assertThat(record.get("seq")).isEqualTo(row.get(0));
    assertThat(record.get("tick")).isEqualTo(row.get(1));
    assertThat(((Number) record.get("rid")).longValue()).isEqualTo(row.get(2));
    assertThat(record.get("key").toString()).isEqualTo(row.get(3));
    assertThat(((Number) record.get("key_code")).longValue()).isEqualTo(row.get(4));
    assertThat(Double.doubleToRawLongBits((Double) record.get("val"))).isEqualTo(row.get(5));
    Object text = record.get("text");
    assertThat(text == null ? null : text.toString()).isEqualTo(row.get(6));
  }

  @Test
  void a_container_file_holds_every_row_bit_for_bit() throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 30))) {
      LogSource log = LogSource.of(history.info(), history.log(), new LogSource.Span(0, 99));
      AvroWriter.write(new DiskStorage(directory), "log.avro", log);
      List<List<Object>> expected = Sources.rows(log);
      int row = 0;
      try (DataFileReader<GenericRecord> reader =
          new DataFileReader<>(
              directory.resolve("log.avro").toFile(), new GenericDatumReader<>())) {
        assertThat(reader.getMetaString("aw.view")).isEqualTo("log");
        assertThat(reader.getSchema().getField("rid").getProp("aw.type")).isEqualTo("u32");
        while (reader.hasNext()) {
          check(expected.get(row++), reader.next());
        }
      }
      assertThat(row).isEqualTo(expected.size());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void stock_avro_parquet_reader_reads_parquet_logs(int level) throws IOException {
    ParquetCompression compression =
        level == 0 ? ParquetCompression.none() : ParquetCompression.zstd(level);
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 30))) {
      LogSource log = LogSource.of(history.info(), history.log(), new LogSource.Span(0, 99));
      new ParquetRowWriter(new DiskStorage(directory), ParquetOptions.DEFAULT.with(compression))
          .write("log.parquet", log);
      List<List<Object>> expected = Sources.rows(log);
      int row = 0;
      try (ParquetReader<GenericRecord> reader =
          AvroParquetReader.<GenericRecord>builder(
                  new LocalInputFile(directory.resolve("log.parquet")),
                  new PlainParquetConfiguration())
              .build()) {
        for (GenericRecord record = reader.read(); record != null; record = reader.read()) {
          check(expected.get(row++), record);
        }
      }
      assertThat(row).isEqualTo(expected.size());
    }
  }

  @Test
  void names_that_avro_refuses_are_changed_and_kept_as_properties() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (SimLog log = SimLog.open(storage, LogOptions.DEFAULT)) {
      log.log(1, "case:id", "a", "case id", 2, "m", 1);
      log.log(2, "case id", 7, "m", "one");
    }
    try (SimLogReader reader = SimLogReader.open(storage)) {
      EventSource events =
          new EventSource(
              StoreInfo.read(storage), reader, new LogSource.Span(0, 99), reader.fields());
      AvroWriter.write(new DiskStorage(directory), "events.avro", events);
    }
    List<String> rows = new ArrayList<>();
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(
            directory.resolve("events.avro").toFile(), new GenericDatumReader<>())) {
      assertThat(reader.getSchema().getField("case_id").getProp("aw.name")).isEqualTo("case:id");
      assertThat(reader.getSchema().getField("case_id_2").getProp("aw.name")).isEqualTo("case id");
      reader.forEachRemaining(record -> rows.add(record.toString()));
    }
    assertThat(rows)
        .containsExactly(
            "{\"record\": 0, \"time\": 1, \"case_id\": \"a\", \"case_id_2\": 2, \"m_i64\": 1, \"m_f64\": null, \"m_str\": null, \"m_bool\": null}",
            "{\"record\": 1, \"time\": 2, \"case_id\": null, \"case_id_2\": 7, \"m_i64\": null, \"m_f64\": null, \"m_str\": \"one\", \"m_bool\": null}");
  }
}
