// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.nio.file.Path;
import org.arrowworld.imports.HistoryImportResult;

/** What an import of a history says of itself, whatever it came from. */
final class HistoryReport {
  private HistoryReport() {}

  /** The counts, the notes and the units; the caller adds what is particular, and prints it. */
  static Report of(Path store, HistoryImportResult result) {
    Report report =
        new Report()
            .add("store", store.toString())
            .add("table", result.table())
            .add("rows", result.rows())
            .add("ticks", result.ticks())
            .add("first_tick", result.firstTick())
            .add("last_tick", result.lastTick())
            .add("births", result.births())
            .add("triples", result.triples())
            .json("notes", result.notes())
            .json("units", result.units());
    result.notes().forEach(note -> report.line("note", note));
    result.units().forEach((column, unit) -> report.line("unit", column + ": " + unit));
    return report;
  }
}
