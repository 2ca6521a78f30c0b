// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.parquet.ParquetInput;
import org.arrowworld.imports.csv.CsvColumn;
import org.arrowworld.imports.csv.CsvTable;
import org.arrowworld.imports.values.ColumnNames;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;
import org.arrowworld.simlog.SimField;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.simlog.SimRecord;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/** Each row of a table as a record of a record log (spec T-58). */
final class RecordImport {
  private static final int GROUP_ROWS = 8192;

  /** Of a field's name, with room for an ending that makes it another's. */
  private static final int NAME_BYTES = 980;

  private RecordImport() {}

  /**
   * A field to be logged.
   *
   * @param name as the record has it
   * @param column its values
   */
  private record Source(String name, ForeignColumn column) {}

  static RecordImportResult run(TableImportOptions options) throws IOException {
    options.checkOut();
    Findings findings = new Findings();
    ForeignTable table = table(options, findings);
    List<Source> sources = sources(table, options.columns(), findings);
    try (OutputDirectory target = OutputDirectory.begin(options.out(), options.existing())) {
      Storage store = new DiskStorage(target.directory());
      long values = 0;
      try (SimLog log = SimLog.open(store, LogOptions.DEFAULT.withDurability(Durability.NONE))) {
        List<SimField> fields = new ArrayList<>();
        for (Source source : sources) {
          fields.add(log.field(source.name));
        }
        for (int row = 0; row < table.rows(); row++) {
          SimRecord record = log.record();
          for (int i = 0; i < fields.size(); i++) {
            ForeignColumn column = sources.get(i).column;
            if (!column.nulls().get(row)) {
              set(record, fields.get(i), column, row);
              values++;
            }
          }
          record.end();
          if ((row + 1) % GROUP_ROWS == 0) {
            log.commit();
          }
        }
        log.commit();
        log.seal();
      }
      if (!findings.unmapped().isEmpty()) {
        Path path = AbsolutePath.of(options.source());
        AtomicFiles.createDirectories(store, BaseStore.UNMAPPED);
        BaseStore.keepFile(new DiskStorage(path.getParent()), path.getFileName().toString(), store);
        store.forceDirectory(BaseStore.UNMAPPED);
      }
      target.commit();
      return new RecordImportResult(
          table.rows(),
          values,
          sources.stream().map(Source::name).toList(),
          findings.notes(),
          new LinkedHashMap<>(findings.unmapped()));
    }
  }

  private static ForeignTable table(TableImportOptions options, Findings findings)
      throws IOException {
    Path path = AbsolutePath.of(options.source());
    Storage storage = new DiskStorage(path.getParent());
    String name = path.getFileName().toString();
    return switch (ImportFormat.of(path)) {
      case ARROW -> ArrowImport.table(storage, name, options, findings);
      case PARQUET -> {
        try (ParquetInput input = ParquetInput.open(storage, name)) {
          yield ParquetImport.read(input, options, findings);
        }
      }
      default ->
          CsvImport.table(
              CsvImport.read(options, CsvTable.Lines.DROPPED, CsvColumn.Empty.NULL),
              options.tableName());
    };
  }

  private static List<Source> sources(
      ForeignTable table, ColumnMapping mapping, Findings findings) {
    Set<String> taken = new LinkedHashSet<>();
    Set<String> seen = new LinkedHashSet<>();
    List<Source> sources = new ArrayList<>();
    for (ForeignColumn column : table.columns()) {
      Optional<ColumnMapping.Entry> entry =
          seen.add(column.name()) ? mapping.of(column.name()) : Optional.empty();
      if (entry.isPresent() && entry.get().isSkipped()) {
        continue;
      }
      ForeignColumn kept = column;
      if (UnscaledDecimals.scale(column) > 0) {
        kept = UnscaledDecimals.asF64(column, table.rows());
        if (kept == null) {
          findings.unmapped(
              column.name(),
              Text.of(
                  "its type is decimal, and some values have more digits than a float64; take the nearest ones with %s",
                  ColumnNames.advice(column.name(), ":f64")));
          continue;
        }
      }
      kept = AskedColumns.of(kept, entry, table.rows());
      ColumnType type = kept.type();
      if (type == ColumnType.U64 && beyond(kept, table.rows())) {
        findings.unmapped(
            column.name(), "a record's integers are at most 2^63 - 1, and some here are larger");
        continue;
      }
      String said = entry.map(ColumnMapping.Entry::target).orElse(column.name());
      String wanted = fieldName(said);
      if (!wanted.equals(said)) {
        findings.note(Text.of("column '%s' is the field '%s'", shown(said), wanted));
      }
      String name = wanted;
      for (int i = 2; !taken.add(name); i++) {
        name = Text.of("%s (%d)", wanted, i);
      }
      if (!name.equals(wanted)) {
        findings.note(Text.of("a second column '%s' is the field '%s'", wanted, name));
      }
      if (!kept.unit().isEmpty()) {
        findings.note(Text.of("field '%s' is in %s", name, kept.unit()));
      }
      sources.add(new Source(name, kept));
    }
    AskedColumns.requireKnown(mapping, List.of(table), findings);
    return sources;
  }

  /** A name that a field can have: not empty, and not too long (spec G-4). */
  private static String fieldName(String name) {
    if (name.isEmpty()) {
      return "_";
    }
    int length = 0;
    for (int bytes = 0; length < name.length(); ) {
      int c = name.codePointAt(length);
      bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x1_0000 ? 3 : 4;
      if (bytes > NAME_BYTES) {
        break;
      }
      length += Character.charCount(c);
    }
    return name.substring(0, length);
  }

  private static String shown(String name) {
    return name.length() <= 40 ? name : name.substring(0, 40) + "...";
  }

  private static boolean beyond(ForeignColumn column, int rows) {
    for (int row = 0; row < rows; row++) {
      if (!column.nulls().get(row) && column.data().getLong(8 * row) < 0) {
        return true;
      }
    }
    return false;
  }

  private static void set(SimRecord record, SimField field, ForeignColumn column, int row)
      throws IOException {
    ColumnType type = column.type();
    switch (type) {
      case STRING -> record.set(field, column.words().get(column.data().getInt(4 * row)));
      case BOOL -> record.set(field, Values.toInteger(Cells.read(type, column.data(), row)) != 0);
      case F32 -> record.set(field, (double) column.data().getFloat(4 * row));
      case F64 -> record.set(field, column.data().getDouble(8 * row));
      default -> record.set(field, Cells.integer(type, Cells.read(type, column.data(), row)));
    }
  }
}
