// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.api.Binary;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.export.rows.EntityOrder;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Logs as parquet-java's own reader sees them. */
class ParquetLogWriterTest {
  private static final int TICKS = 60;

  @TempDir Path directory;

  private enum Words {
    WITH,
    WITHOUT
  }

  private static Storage store(Words words, BufferAllocator memory) throws IOException {
    TableSchema.Builder table =
        TableSchema.row("c").column("x", ColumnType.F32).column("n", ColumnType.U64);
    if (words == Words.WITH) {
      table.column("k", ColumnType.STRING).lineage(Lineage.CAUSE);
    }
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(WorldSchema.of(table.build()), "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int tick = 0; tick < TICKS; tick++) {
        int births = tick == 1 ? 65_000 : 30;
        float x = tick * 1.5f;
        live.tick(
            t -> {
              for (int i = 0; i < births; i++) {
                var row = t.table("c").insert().set("x", x + i);
                if (words == Words.WITH) {
                  row.set("k", "word " + i % 7);
                }
              }
            });
      }
    }
    return storage;
  }

  @ParameterizedTest
  @EnumSource(Words.class)
  void every_committed_row_is_there_in_log_order(Words words) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(store(words, memory))) {
      Map<String, List<Object>> expected = rows(history, 0, TICKS, words);
      ParquetFileInfo info =
          new ParquetLogWriter(new DiskStorage(directory), ParquetOptions.DEFAULT)
              .write("log.parquet", history, 0, TICKS);
      assertThat(info.rows()).isEqualTo(history.log().end().seq()).isGreaterThan(122_880);
      Map<String, List<Object>> read = ReferenceReader.read(directory.resolve("log.parquet"));
      assertThat(read.keySet()).isEqualTo(expected.keySet());
      expected.forEach((name, values) -> assertThat(read.get(name)).as(name).isEqualTo(values));
    }
  }

  @ParameterizedTest
  @EnumSource(Words.class)
  void every_row_is_there_by_entity(Words words) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(store(words, memory))) {
      DiskStorage storage = new DiskStorage(directory);
      LogSource log = LogSource.of(history.info(), history.log(), new LogSource.Span(0, TICKS));
      new ParquetRowWriter(storage, ParquetOptions.DEFAULT)
          .write("by_entity.parquet", new EntityOrder(log, storage, "sort"));
      Map<String, List<Object>> logged = rows(history, 0, TICKS, words);
      List<Integer> order = new ArrayList<>();
      for (int row = 0; row < logged.get("seq").size(); row++) {
        order.add(row);
      }
      order.sort(
          Comparator.comparing((Integer row) -> (Integer) logged.get("key_code").get(row))
              .thenComparing(
                  (a, b) ->
                      Integer.compareUnsigned(
                          (Integer) logged.get("rid").get(a), (Integer) logged.get("rid").get(b))));
      Map<String, List<Object>> read = ReferenceReader.read(directory.resolve("by_entity.parquet"));
      logged.forEach(
          (name, values) ->
              assertThat(read.get(name))
                  .as(name)
                  .isEqualTo(order.stream().map(values::get).toList()));
    }
  }

  @Test
  void a_span_of_ticks_is_cut_exactly_and_ordered_by_tick() throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(store(Words.WITH, memory))) {
      new ParquetLogWriter(new DiskStorage(directory), ParquetOptions.DEFAULT)
          .write("log.parquet", history, 2, 9);
      Path file = directory.resolve("log.parquet");
      Map<String, List<Object>> expected = rows(history, 2, 9, Words.WITH);
      assertThat(ReferenceReader.read(file)).isEqualTo(expected);
      ParquetMetadata footer = ReferenceReader.footer(file);
      ColumnChunkMetaData tick = footer.getBlocks().get(0).getColumns().get(1);
      assertThat((Object) tick.getStatistics().genericGetMin()).isEqualTo(2L);
      assertThat((Object) tick.getStatistics().genericGetMax()).isEqualTo(9L);
      assertThat(footer.getFileMetaData().getKeyValueMetaData())
          .containsEntry("aw.first_seq", Text.of("%020d", (Long) expected.get("seq").get(0)))
          .containsEntry("aw.first_tick", "2")
          .containsEntry("aw.last_tick", "9");
    }
  }

  @Test
  void parquet_java_s_own_filters_prune_row_groups_and_pages() throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(store(Words.WITHOUT, memory))) {
      DiskStorage storage = new DiskStorage(directory);
      new ParquetLogWriter(storage, ParquetOptions.DEFAULT).write("log.parquet", history, 0, TICKS);
      LogSource log = LogSource.of(history.info(), history.log(), new LogSource.Span(0, TICKS));
      new ParquetRowWriter(storage, ParquetOptions.DEFAULT)
          .write("by_entity.parquet", new EntityOrder(log, storage, "sort"));
    }
    Path log = directory.resolve("log.parquet");
    ReferenceReader.Read late =
        ReferenceReader.filtered(log, FilterApi.gtEq(FilterApi.longColumn("tick"), 40L));
    assertThat(late.allGroups()).isGreaterThan(1);
    assertThat(late.groups()).isOne();
    assertThat(late.rows()).isLessThan(30_000); // of 122,880 of a row group: pages of 20,480
    assertThat(ReferenceReader.filtered(log, FilterApi.gtEq(FilterApi.longColumn("tick"), 900L)))
        .extracting(ReferenceReader.Read::groups)
        .isEqualTo(0);
    Path byEntity = directory.resolve("by_entity.parquet");
    ReferenceReader.Read key =
        ReferenceReader.filtered(
            byEntity, FilterApi.eq(FilterApi.binaryColumn("key"), Binary.fromString("c.born")));
    assertThat(key.groups()).isPositive().isLessThan(key.allGroups() + 1);
    assertThat(key.rows()).isLessThan(key.allRows());
    ReferenceReader.Read commits =
        ReferenceReader.filtered(byEntity, FilterApi.eq(FilterApi.intColumn("key_code"), 0));
    assertThat(commits.groups()).isOne();
    assertThat(commits.rows()).isEqualTo(20_480);
  }

  private static Map<String, List<Object>> rows(Store history, long first, long last, Words words)
      throws IOException {
    Map<String, List<Object>> columns = new LinkedHashMap<>();
    for (String name : List.of("seq", "tick", "rid", "key", "key_code", "val")) {
      columns.put(name, new ArrayList<>());
    }
    if (words == Words.WITH) {
      columns.put("text", new ArrayList<>());
    }
    history
        .log()
        .scan(
            first,
            last,
            (batch, from, to) -> {
              for (int row = from; row < to; row++) {
                columns.get("seq").add(batch.firstSeq() + row);
                columns.get("tick").add(batch.tick(row));
                columns.get("rid").add(batch.rid(row));
                columns.get("key").add(history.log().keys().key(batch.key(row)).name());
                columns.get("key_code").add(batch.key(row));
                columns.get("val").add(batch.val(row));
                if (words == Words.WITH) {
                  columns.get("text").add(batch.word(row));
                }
              }
            });
    return columns;
  }
}
