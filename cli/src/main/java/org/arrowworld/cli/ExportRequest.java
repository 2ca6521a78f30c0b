package org.arrowworld.cli;

import java.nio.file.Path;
import java.util.List;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.export.csv.CsvOptions;
import org.arrowworld.export.parquet.ParquetProfile;
import org.arrowworld.storage.Storage;

/** What an export was asked for, checked. */
record ExportRequest(Storage store, Format format, View view, Rows rows, Output output, Form form) {

  /** Formats as they are named, which is also their files' ending. */
  enum Format {
    parquet,
    avro,
    csv,
    sqlite,
    npz,
    arrow
  }

  /** Views as they are named. */
  enum View {
    table,
    log,
    by_entity,
    events,
    /** Tables and log. */
    archive
  }

  /**
   * Which rows.
   *
   * @param table null for all
   * @param tick null for the last
   * @param keys empty for all
   */
  record Rows(String table, Long tick, TickRange range, List<String> keys) {}

  /** Where they go. */
  record Output(Path path, Existing existing) {}

  /** How they are written. */
  record Form(ParquetProfile profile, boolean signed, CsvOptions csv) {}

  /** Whether the output is one file. */
  boolean isFile() {
    return format == Format.sqlite
        || (format != Format.parquet && (view != View.table || rows.table() != null));
  }
}
