// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.export.parquet.ParquetInput;
import org.arrowworld.imports.csv.CsvTable;
import org.arrowworld.imports.history.TimeGrid;
import org.arrowworld.imports.values.ColumnNames;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/** Tables with an entity, a time and values as stores with a history (spec T-50 to T-54). */
final class HistoryImport {
  private static final LogOptions LOG = LogOptions.DEFAULT.withDurability(Durability.NONE);

  private HistoryImport() {}

  /**
   * Imports a file. If it fails, no store is left behind.
   *
   * @throws InvalidUseException naming the row or line that has no place in a history
   */
  static HistoryImportResult run(
      ImportFormat format,
      TableImportOptions options,
      HistoryOptions history,
      BufferAllocator allocator)
      throws IOException {
    return ImportMemory.guard(options.source(), () -> read(format, options, history, allocator));
  }

  private static HistoryImportResult read(
      ImportFormat format,
      TableImportOptions options,
      HistoryOptions asked,
      BufferAllocator allocator)
      throws IOException {
    HistoryOptions history = asked;
    Map<String, String> said = new LinkedHashMap<>();
    options.checkOut();
    Path path = AbsolutePath.of(options.source());
    Storage storage = new DiskStorage(path.getParent());
    String name = path.getFileName().toString();
    Findings findings = new Findings();
    long[] lines = {};
    ForeignTable table;
    switch (format) {
      case ARROW -> table = ArrowImport.table(storage, name, options, findings);
      case PARQUET -> {
        try (ParquetInput input = ParquetInput.open(storage, name)) {
          table = ParquetImport.read(input, options, findings);
        }
      }
      case TRAJECTORIES -> {
        List<String> fields =
            options.columns().entries().stream().map(ColumnMapping.Entry::target).toList();
        TrajectoryText.Found text =
            TrajectoryDatabase.isOne(path)
                ? TrajectoryDatabase.read(options)
                : TrajectoryText.read(options, fields, findings);
        lines = text.lines();
        table = text.table();
        if (!text.comments().isEmpty()) {
          said.put("source.comment", text.comments());
        }
        said.put("import.columns", String.join(",", text.columns()));
        if (text.rate() != null && history.grid().rate() == null) {
          history = history.withRate(TimeGrid.number(text.rate()));
        }
      }
      default -> {
        CsvTable csv = CsvImport.readHistory(options);
        lines = csv.lines();
        table = CsvImport.table(csv, options.tableName());
      }
    }
    ColumnMapping mapping =
        format == ImportFormat.TRAJECTORIES ? ColumnMapping.NONE : options.columns();
    table = asked(table, mapping);
    HistoryRows rows = HistoryRows.of(table, lines, history);
    List<Named> values = values(table, mapping, history, rows, findings);
    AskedColumns.requireKnown(mapping, List.of(table), findings);
    said.putAll(properties(format, options, history, rows));
    WorldSchema schema = schema(table.name(), values);
    try (OutputDirectory target = OutputDirectory.begin(options.out(), options.existing())) {
      HistoryImportResult result;
      try (LiveWorld live =
          LiveWorld.create(
              target.directory(),
              schema,
              WorldOptions.DEFAULT
                  .withProperties(said)
                  .withTime(
                      history
                          .grid()
                          .time(rows.shift(), rows.start().map(Instant::parse))
                          .orElse(null))
                  .withLog(LOG)
                  .withAllocator(allocator))) {
        HistoryPlayer player = new HistoryPlayer(table.name(), values, rows, history.absence());
        player.play(live);
        live.snapshot();
        live.seal();
        result =
            new HistoryImportResult(
                table.name(),
                table.rows(),
                rows.ticks(),
                rows.firstTick(),
                rows.lastTick(),
                player.births(),
                live.committed().seq(),
                findings.renamed(),
                findings.notes(),
                Map.copyOf(findings.units()),
                Map.copyOf(findings.unmapped()));
      }
      if (!findings.unmapped().isEmpty()) {
        Storage store = new DiskStorage(target.directory());
        AtomicFiles.createDirectories(store, BaseStore.UNMAPPED);
        BaseStore.keepFile(storage, name, store);
        store.forceDirectory(BaseStore.UNMAPPED);
      }
      target.commit();
      return result;
    }
  }

  /**
   * A column of values.
   *
   * @param column as the store has it
   * @param source its values; null for the entities' own names
   */
  record Named(Column column, ForeignColumn source) {}

  private static ForeignTable asked(ForeignTable table, ColumnMapping mapping) {
    Set<String> seen = new HashSet<>();
    List<ForeignColumn> columns = new ArrayList<>();
    for (ForeignColumn column : table.columns()) {
      Optional<ColumnMapping.Entry> said =
          seen.add(column.name())
              ? mapping.of(column.name()).filter(e -> !e.isSkipped())
              : Optional.empty();
      columns.add(AskedColumns.of(column, said, table.rows()));
    }
    return new ForeignTable(table.name(), table.rows(), columns);
  }

  private static List<Named> values(
      ForeignTable table,
      ColumnMapping columns,
      HistoryOptions history,
      HistoryRows rows,
      Findings findings) {
    Set<String> taken =
        new HashSet<>(List.of("id", "gen", "born", "died", "parent", "cause", "tick"));
    List<Named> values = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (ForeignColumn column : table.columns()) {
      boolean first = seen.add(column.name());
      Optional<ColumnMapping.Entry> entry = first ? columns.of(column.name()) : Optional.empty();
      boolean who = first && column.name().equals(history.entity());
      boolean when = first && column.name().equals(history.time());
      if (when || (who && rows.words().isEmpty())) {
        String meant = when ? "tick" : "id";
        entry
            .map(ColumnMapping.Entry::target)
            .filter(target -> !Set.of(meant, column.name(), ColumnNames.LEFT_OUT).contains(target))
            .ifPresent(
                target ->
                    findings.note(
                        Text.of(
                            "column '%s' says %s, and is not a column of the table: nothing is called '%s'",
                            column.name(), when ? "when" : "who", target)));
        continue;
      }
      if (entry.isPresent() && entry.get().isSkipped()) {
        findings.leftOut(table.name(), column.name());
        continue;
      }
      OptionalInt wordless = who ? OptionalInt.empty() : rows.wordlessBirth(column);
      if (wordless.isPresent()) {
        findings.unmapped(
            column.name(),
            Text.of(
                "its type is string, and it is null on %s, where entity %s is born; name a word for nulls: %s",
                rows.place(wordless.getAsInt()),
                rows.entity(wordless.getAsInt()),
                ColumnNames.advice(column.name(), "?\"\"")));
        continue;
      }
      String name = entry.map(ColumnMapping.Entry::target).orElse(column.name());
      String free = free(ColumnNames.valid(name), taken);
      if (!free.equals(column.name())) {
        findings.renamed(table.name(), column.name(), free);
      }
      ForeignColumn described = who && UnscaledDecimals.scale(column) > 0 ? column.in("") : column;
      if (!described.unit().isEmpty()) {
        findings.unit(table.name(), free, described.unit());
      }
      ColumnType type = who ? ColumnType.STRING : column.type();
      values.add(new Named(described.described(Column.of(free, type)), who ? null : column));
    }
    return values;
  }

  private static String free(String name, Set<String> taken) {
    String candidate = name;
    for (int i = 1; !taken.add(candidate); i++) {
      candidate = name + (i == 1 ? "_" : "_" + i);
    }
    return candidate;
  }

  private static WorldSchema schema(String name, List<Named> values) {
    TableSchema.Builder builder = TableSchema.row(name).externalIds();
    for (Named value : values) {
      builder.column(value.column());
    }
    return WorldSchema.of(builder.build());
  }

  private static Map<String, String> properties(
      ImportFormat format, TableImportOptions options, HistoryOptions history, HistoryRows rows) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("import", format.name().toLowerCase(Locale.ROOT));
    properties.put("import.file", String.valueOf(options.source().getFileName()));
    properties.put("import.entity", history.entity());
    properties.put("import.time", history.time());
    TimeGrid grid = history.grid();
    if (grid.rate() != null) {
      BigDecimal step = BigDecimal.ONE.divide(grid.rate(), java.math.MathContext.DECIMAL64);
      properties.put("time.step", step.stripTrailingZeros().toPlainString());
      properties.put("time.unit", "s");
    }
    rows.start().ifPresent(start -> properties.put("time.start", start));
    if (rows.shift().signum() != 0) {
      properties.put("import.first_tick", rows.shift().toString());
    }
    return properties;
  }

  /** A message about a column that is not there. */
  static InvalidUseException noColumn(String name, ForeignTable table) {
    return new InvalidUseException(
        Text.of(
            "Cannot find column '%s': there are %s",
            name, table.columns().stream().map(ForeignColumn::name).toList()));
  }
}
