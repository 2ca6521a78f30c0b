// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.imports.history.TimeGrid;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.table.TableView;
import org.arrowworld.table.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What values of foreign columns mean where they become entities, times, records and values. */
class ColumnMeaningsTest {
  @TempDir Path folder;

  private static Schema decimal(int scale) {
    return LogicalTypes.decimal(12, scale).addToSchema(Schema.create(Schema.Type.BYTES));
  }

  private static Schema optional(Schema.Type type) {
    return Schema.createUnion(Schema.create(Schema.Type.NULL), Schema.create(type));
  }

  private static Schema.Field field(String name, Schema type) {
    return new Schema.Field(name, type, null, (Object) null);
  }

  private Path parquet(List<Schema.Field> fields, Object[]... rows) throws IOException {
    Schema schema =
        Schema.createRecord(
            "row",
            null,
            null,
            false,
            fields.stream().map(f -> field(f.name(), f.schema())).toList());
    Path file = folder.resolve("a.parquet");
    Files.deleteIfExists(file);
    try (ParquetWriter<GenericRecord> writer =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
            .withSchema(schema)
            .withConf(new PlainParquetConfiguration())
            .withDataModel(GenericData.get())
            .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
            .build()) {
      for (Object[] row : rows) {
        GenericRecord record = new GenericData.Record(schema);
        for (int i = 0; i < row.length; i++) {
          Object value = row[i];
          record.put(
              i,
              value instanceof BigDecimal number
                  ? ByteBuffer.wrap(number.unscaledValue().toByteArray())
                  : value);
        }
        writer.write(record);
      }
    }
    return file;
  }

  private static Object[] row(Object... values) {
    return values;
  }

  private static BigDecimal decimal(String text) {
    return new BigDecimal(text);
  }

  private TableImportOptions options(Path file, String columns) {
    return new TableImportOptions(
        file,
        folder.resolve("out"),
        Existing.REPLACE,
        Optional.of("t"),
        columns.isEmpty() ? ColumnMapping.NONE : ColumnMapping.parse(columns));
  }

  private HistoryImportResult history(Path file, String columns, TimeGrid grid) throws IOException {
    ImportFormat format = file.toString().endsWith("csv") ? ImportFormat.CSV : ImportFormat.PARQUET;
    return Imports.history(
        format,
        options(file, columns),
        new HistoryOptions("who", "t", grid, HistoryOptions.Absence.DIES));
  }

  private static TimeGrid seconds(String rate) {
    return TimeGrid.of("seconds", rate, TimeGrid.OffGrid.REFUSE, null);
  }

  /** The rows of the table at a tick, each as {@code name=value} of all columns. */
  private List<String> at(long tick) throws IOException {
    List<String> rows = new ArrayList<>();
    try (Store store = Store.open(new DiskStorage(folder.resolve("out")));
        World world = store.at(tick)) {
      TableView table = world.table("t");
      for (int slot = 0; slot < table.rows(); slot++) {
        StringBuilder row = new StringBuilder();
        for (Column column : table.columns()) {
          var bytes = table.bytes(column);
          String value =
              switch (column.type()) {
                case STRING -> world.codebook().word(bytes.getInt(4 * slot));
                case F64 -> "" + bytes.getDouble(8 * slot);
                case U32 -> Integer.toUnsignedString(bytes.getInt(4 * slot));
                default -> "" + bytes.getLong(8 * slot);
              };
          row.append(row.isEmpty() ? "" : " ").append(column.name()).append('=').append(value);
        }
        rows.add(row.toString());
      }
    }
    return rows;
  }

  private List<String> records() throws IOException {
    List<String> records = new ArrayList<>();
    try (SimLogReader reader = SimLogReader.open(folder.resolve("out"))) {
      reader.scan(record -> records.add(record.toMap().toString()));
    }
    return records;
  }

  @Test
  void decimals_are_times_and_entities_by_their_values() throws IOException {
    List<Schema.Field> fields =
        List.of(field("who", decimal(2)), field("t", decimal(2)), field("x", decimal(1)));
    Path file =
        parquet(
            fields,
            row(decimal("1.00"), decimal("0.00"), decimal("0.5")),
            row(decimal("7.00"), decimal("0.04"), decimal("1.5")),
            row(decimal("1.00"), decimal("0.08"), decimal("2.5")));
    HistoryImportResult result = history(file, "", seconds("25"));
    assertThat(result.lastTick()).isEqualTo(2);
    assertThat(at(1)).containsExactly("id=7 gen=0 x=15");
    assertThat(result.units()).containsEntry("t.x", "1e-1").hasSize(1);
    Path whole = parquet(fields, row(decimal("1.00"), decimal("3.00"), decimal("0.5")));
    assertThat(history(whole, "", TimeGrid.TICKS).lastTick()).isEqualTo(3);
    Path named =
        parquet(
            fields,
            row(decimal("1.50"), decimal("0.00"), decimal("0.5")),
            row(decimal("2.00"), decimal("0.00"), decimal("0.5")));
    HistoryImportResult names = history(named, "", TimeGrid.TICKS);
    assertThat(at(0)).containsExactly("id=0 gen=0 who=1.5 x=5", "id=1 gen=0 who=2 x=5");
    assertThat(names.units()).doesNotContainKey("t.who");
  }

  @Test
  void whole_numbers_are_ids_however_they_are_written() throws IOException {
    Path csv = Files.writeString(folder.resolve("a.csv"), "who,t,x\n3.0,0,1\n5e0,0,2\n");
    history(csv, "", TimeGrid.TICKS);
    assertThat(at(0)).containsExactly("id=3 gen=0 x=1", "id=5 gen=0 x=2");
    Files.writeString(csv, "who,t,x\n3.0,0,1\n5.5,0,2\n-1,0,3\n");
    history(csv, "", TimeGrid.TICKS);
    assertThat(at(0))
        .containsExactly("id=0 gen=0 who=3 x=1", "id=1 gen=0 who=5.5 x=2", "id=2 gen=0 who=-1 x=3");
  }

  @Test
  void months_are_no_seconds() throws IOException {
    Schema.Field days = field("t", LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT)));
    Schema.Field who = field("who", Schema.create(Schema.Type.INT));
    Path file = parquet(List.of(who, days), row(1, 0), row(1, 2));
    assertThat(history(file, "", seconds("1")).lastTick()).isEqualTo(2 * 86_400);
    ForeignColumn months =
        ForeignColumn.of("t", org.arrowworld.schema.ColumnType.I64, ByteBuffer.allocate(Long.BYTES))
            .in("months");
    ForeignColumn one =
        ForeignColumn.of("who", org.arrowworld.schema.ColumnType.I64, ByteBuffer.allocate(8));
    HistoryOptions options =
        new HistoryOptions("who", "t", seconds("1"), HistoryOptions.Absence.DIES);
    ForeignTable table = new ForeignTable("t", 1, List.of(one, months));
    assertThatThrownBy(() -> HistoryRows.of(table, new long[0], options))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("column 't' is in 'months', which are not seconds");
  }

  @Test
  void what_is_said_of_columns_counts_in_histories_too() throws IOException {
    List<Schema.Field> fields =
        SchemaBuilder.record("r")
            .fields()
            .requiredInt("who")
            .requiredInt("t")
            .name("x")
            .type(optional(Schema.Type.DOUBLE))
            .noDefault()
            .endRecord()
            .getFields()
            .stream()
            .map(f -> field(f.name(), f.schema()))
            .toList();
    Path file = parquet(fields, row(1, 0, null), row(1, 1, 2.5));
    history(file, "x=x:f64?99", TimeGrid.TICKS);
    assertThat(at(0)).containsExactly("id=1 gen=0 x=99.0");
    assertThatThrownBy(() -> history(file, "y=nosuch:f64", TimeGrid.TICKS))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining(
            "Cannot map column 'nosuch': there is no such column; there are [who, t, x]");
    assertThat(history(file, "when=t,id=who", TimeGrid.TICKS).notes())
        .containsExactly(
            "column 't' says when, and is not a column of the table: nothing is called 'when'");
  }

  @Test
  void a_column_without_a_word_at_a_birth_is_no_column_and_the_rest_comes_in() throws IOException {
    List<Schema.Field> fields =
        List.of(
            field("who", Schema.create(Schema.Type.INT)),
            field("t", Schema.create(Schema.Type.INT)),
            field("s", optional(Schema.Type.STRING)),
            field("later", optional(Schema.Type.STRING)));
    Path file = parquet(fields, row(1, 0, "a", "b"), row(1, 1, null, null), row(2, 1, null, "c"));
    HistoryImportResult result = history(file, "", TimeGrid.TICKS);
    assertThat(result.unmapped())
        .containsExactly(
            java.util.Map.entry(
                "s",
                "its type is string, and it is null on row 3, where entity 2 is born; name a word for nulls: --columns 's=s?\"\"'"));
    assertThat(folder.resolve("out/unmapped/a.parquet")).exists();
    assertThat(at(1)).containsExactly("id=1 gen=0 later=b", "id=2 gen=0 later=c");
    history(file, "s=s?\"\"", TimeGrid.TICKS);
    assertThat(at(1)).containsExactly("id=1 gen=0 s= later=b", "id=2 gen=0 s= later=c");
  }

  @Test
  void decimals_of_records_are_the_numbers_they_are() throws IOException {
    List<Schema.Field> fields = List.of(field("t", decimal(2)), field("n", decimal(2)));
    Path file = parquet(fields, row(decimal("0.04"), decimal("3.00")));
    assertThat(Imports.records(options(file, "n=n:i64")).notes()).isEmpty();
    assertThat(records()).containsExactly("{t=0.04, n=3}");
    Schema.Field fine =
        field("d", LogicalTypes.decimal(18, 17).addToSchema(Schema.create(Schema.Type.BYTES)));
    Path many =
        parquet(
            List.of(fine),
            row(decimal("0.12345678901234567")),
            row(decimal("1.23456789012345678")));
    assertThat(Imports.records(options(many, "")).unmapped().get("d"))
        .isEqualTo(
            "its type is decimal, and some values have more digits than a float64; take the nearest ones with --columns 'd=d:f64'");
    Imports.records(options(many, "d=d:f64"));
    assertThat(records()).hasSize(2);
  }

  @Test
  void a_column_without_a_name_is_a_field_all_the_same() throws IOException {
    Path csv = Files.writeString(folder.resolve("a.csv"), ",a\n0,1.5\n1,2.5\n");
    assertThat(Imports.records(options(csv, "")).notes())
        .containsExactly("column '' is the field '_'");
    assertThat(records()).containsExactly("{_=0, a=1.5}", "{_=1, a=2.5}");
    Imports.records(options(csv, "k=\"\""));
    assertThat(records()).containsExactly("{k=0, a=1.5}", "{k=1, a=2.5}");
    Files.writeString(csv, "\u00e9".repeat(600) + ",a\n0,1\n");
    RecordImportResult cut = Imports.records(options(csv, ""));
    assertThat(cut.fields()).containsExactly("\u00e9".repeat(490), "a");
    assertThat(cut.notes()).hasSize(1);
    Files.writeString(csv, "a,b\n,1\n5,2\n");
    Imports.records(options(csv, "a=a?7"));
    assertThat(records()).containsExactly("{a=7, b=1}", "{a=5, b=2}");
  }

  @Test
  void a_column_that_begins_with_many_empty_fields_is_what_the_others_are() throws IOException {
    for (String value : List.of("7", "2.5", "true", "18446744073709551615", "word")) {
      String text = "x,y\n" + ",1\n".repeat(2500) + value + ",2\n";
      Path csv = Files.writeString(folder.resolve("a.csv"), text);
      Imports.records(options(csv, ""));
      boolean isField = !value.startsWith("1844");
      assertThat(records().get(2500)).isEqualTo(isField ? Text.of("{x=%s, y=2}", value) : "{y=2}");
    }
    Path csv = Files.writeString(folder.resolve("b.csv"), "x,y\n" + ",1\n".repeat(2500) + "7,2\n");
    Imports.table(ImportFormat.CSV, options(csv, "x=x?0"));
    assertThat(at(0).get(2500)).isEqualTo("x=7 y=2");
    Path empty = Files.writeString(folder.resolve("c.csv"), "x,y\n" + ",1\n".repeat(2500));
    Imports.table(ImportFormat.CSV, options(empty, "x=x?none"));
    assertThat(at(0).get(2499)).isEqualTo("x=none y=1");
  }

  @Test
  void advice_names_a_column_so_that_a_shell_and_the_mapping_take_it() {
    assertThat(org.arrowworld.imports.values.ColumnNames.advice("it's, so", ":f64"))
        .isEqualTo("--columns 'it_s__so=\"it'\\''s, so\":f64'");
    assertThat(org.arrowworld.imports.values.ColumnNames.advice("", "?0"))
        .isEqualTo("--columns '__=\"\"?0'");
    assertThat(ColumnMapping.parse("__=\"\"?0").entries().get(0).source()).isEmpty();
  }
}
