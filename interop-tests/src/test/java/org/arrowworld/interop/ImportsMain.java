// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.imports.ColumnMapping;
import org.arrowworld.imports.HistoryImportResult;
import org.arrowworld.imports.HistoryOptions;
import org.arrowworld.imports.ImportFormat;
import org.arrowworld.imports.Imports;
import org.arrowworld.imports.TableImportOptions;
import org.arrowworld.imports.TableImportResult;
import org.arrowworld.imports.history.TimeGrid;
import org.arrowworld.internal.json.Json;

/**
 * The Java side of {@code python/foreign_files.py}: many imports in one process. Each line of the
 * standard input is {@code KIND TAB FILE TAB STORE TAB COLUMNS}, and of a history, with the columns
 * {@code who} and {@code when}, {@code TAB AS TAB RATE TAB SNAP TAB FIRST TAB KEEP} more; each is
 * answered by a line of JSON.
 */
public final class ImportsMain {
  private ImportsMain() {}

  public static void main(String[] args) throws IOException {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(Json.write(outcome(line.split("\t", -1))));
        System.out.flush();
      }
    }
  }

  private static Map<String, Object> outcome(String[] task) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("file", task[1]);
    try {
      TableImportOptions options =
          new TableImportOptions(
              Path.of(task[1]),
              Path.of(task[2]),
              OutputDirectory.Existing.REPLACE,
              Optional.of("t"),
              task[3].isEmpty() ? ColumnMapping.NONE : ColumnMapping.parse(task[3]));
      ImportFormat format = ImportFormat.valueOf(task[0].toUpperCase(java.util.Locale.ROOT));
      if (task.length > 4) {
        HistoryImportResult history = Imports.history(format, options, history(task));
        line.put("outcome", history.unmapped().isEmpty() ? "taken" : "unmapped");
        line.put("unmapped", history.unmapped());
        return line;
      }
      TableImportResult result = Imports.table(format, options);
      line.put("outcome", result.isComplete() ? "taken" : "unmapped");
      line.put("unmapped", result.unmapped());
      line.put("units", result.units());
      line.put("renamed", result.renamed());
    } catch (InvalidUseException | IOException e) {
      line.put("outcome", "refused");
      line.put("message", String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      line.put("outcome", "untyped");
      line.put("message", e + " " + java.util.List.of(e.getStackTrace()));
    }
    return line;
  }

  private static HistoryOptions history(String[] task) {
    TimeGrid.OffGrid offGrid = task[6].isEmpty() ? TimeGrid.OffGrid.REFUSE : TimeGrid.OffGrid.SNAP;
    TimeGrid grid =
        TimeGrid.of(
            task[4],
            task[5].isEmpty() ? null : task[5],
            offGrid,
            task[7].isEmpty() ? null : task[7]);
    return new HistoryOptions(
        "who",
        "when",
        grid,
        task[8].isEmpty() ? HistoryOptions.Absence.DIES : HistoryOptions.Absence.LIVES_ON);
  }
}
