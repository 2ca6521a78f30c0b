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
import org.arrowworld.imports.ImportFormat;
import org.arrowworld.imports.Imports;
import org.arrowworld.imports.TableImportOptions;
import org.arrowworld.imports.TableImportResult;
import org.arrowworld.internal.json.Json;

/**
 * The Java side of {@code python/foreign_files.py}: many imports in one process. Each line of the
 * standard input is {@code KIND TAB FILE TAB STORE TAB COLUMNS}; each is answered by a line of
 * JSON.
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
      TableImportResult result =
          Imports.table(ImportFormat.valueOf(task[0].toUpperCase(java.util.Locale.ROOT)), options);
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
}
