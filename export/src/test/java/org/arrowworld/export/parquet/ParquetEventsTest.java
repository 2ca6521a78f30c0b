// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.arrowworld.export.rows.EventSource;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.log.LogOptions;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.simlog.SimRecord;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wide events, most of whose values are missing, as parquet-java's own reader sees them. */
class ParquetEventsTest {
  private static final int RECORDS = 130_000;

  @TempDir Path directory;

  @Test
  void every_value_is_there_and_every_other_is_null() throws IOException {
    Path file = write(ParquetOptions.DEFAULT, 7);
    assertThat(ReferenceReader.footer(file).getBlocks()).hasSize(2);
    Map<String, List<Object>> read = ReferenceReader.read(file);
    Map<String, List<Object>> expected = expected(7);
    assertThat(read.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(read.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void compat_has_what_fastparquet_reads_right_and_compact_what_is_small() throws IOException {
    Path compat = write(ParquetOptions.DEFAULT, 11);
    assertThat(encodings(compat, "wide")).doesNotContain(Encoding.DELTA_BINARY_PACKED);
    assertThat(encodings(compat, "narrow")).contains(Encoding.DELTA_BINARY_PACKED);
    assertThat(chunks(compat, "word")).allMatch(ColumnChunkMetaData::hasDictionaryPage);
    Path compact = write(ParquetOptions.DEFAULT.with(ParquetProfile.COMPACT), 11);
    assertThat(encodings(compact, "wide")).contains(Encoding.DELTA_BINARY_PACKED);
    assertThat(chunks(compact, "word")).noneMatch(ColumnChunkMetaData::hasDictionaryPage);
    assertThat(ReferenceReader.read(compact)).isEqualTo(ReferenceReader.read(compat));
  }

  private Path write(ParquetOptions options, long seed) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (SimLog log = SimLog.open(storage, LogOptions.DEFAULT)) {
      Random random = new Random(seed);
      for (int i = 0; i < RECORDS; i++) {
        SimRecord record = log.record(i * 0.25);
        record.set(log.field("wide"), (long) i << 33 | random.nextInt(1 << 30));
        if (i % 3 != 0) {
          record.set(log.field("narrow"), i * 5L);
        }
        if (i % 5 == 0) {
          record.set(log.field("word"), "unlike all others " + i);
        }
        if (i % 7 == 0) {
          record.set(log.field("few"), "word " + i % 4);
        }
        record.set(log.field("odd"), i % 2 == 1);
        record.end();
      }
    }
    try (SimLogReader reader = SimLogReader.open(storage)) {
      new ParquetRowWriter(new DiskStorage(directory), options)
          .write(
              options.profile() + ".parquet",
              new EventSource(
                  StoreInfo.read(storage),
                  reader,
                  new LogSource.Span(0, reader.end().tick()),
                  reader.fields()));
    }
    return directory.resolve(options.profile() + ".parquet");
  }

  private static Map<String, List<Object>> expected(long seed) {
    Map<String, List<Object>> columns = new LinkedHashMap<>();
    for (String name : List.of("record", "time", "wide", "narrow", "word", "few", "odd")) {
      columns.put(name, new ArrayList<>());
    }
    Random random = new Random(seed);
    for (int i = 0; i < RECORDS; i++) {
      columns.get("record").add((long) i);
      columns.get("time").add(Double.doubleToRawLongBits(i * 0.25));
      columns.get("wide").add((long) i << 33 | random.nextInt(1 << 30));
      columns.get("narrow").add(i % 3 != 0 ? i * 5L : null);
      columns.get("word").add(i % 5 == 0 ? "unlike all others " + i : null);
      columns.get("few").add(i % 7 == 0 ? "word " + i % 4 : null);
      columns.get("odd").add(i % 2 == 1);
    }
    return columns;
  }

  private static List<ColumnChunkMetaData> chunks(Path file, String column) throws IOException {
    List<ColumnChunkMetaData> chunks = new ArrayList<>();
    for (BlockMetaData block : ReferenceReader.footer(file).getBlocks()) {
      block.getColumns().stream()
          .filter(c -> c.getPath().toDotString().equals(column))
          .forEach(chunks::add);
    }
    return chunks;
  }

  private static Set<Encoding> encodings(Path file, String column) throws IOException {
    Set<Encoding> found = new HashSet<>();
    for (ColumnChunkMetaData chunk : chunks(file, column)) {
      found.addAll(chunk.getEncodings());
    }
    return found;
  }
}
