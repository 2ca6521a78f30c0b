// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.imports.csv.CsvFormat;
import org.arrowworld.imports.csv.TextSource;
import org.arrowworld.imports.values.ColumnNames;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.AbsolutePath;

/**
 * What to import and where to.
 *
 * @param source the file or directory
 * @param out where the store will be
 * @param existing what to do about something that stands there
 * @param table name of the one table, if it is not to be the file's
 * @param columns what is said about columns
 * @param text what is said about the text of a CSV file
 */
public record TableImportOptions(
    Path source,
    Path out,
    Existing existing,
    Optional<String> table,
    ColumnMapping columns,
    CsvFormat text) {

  /** Nothing is said about the text of a CSV file. */
  public TableImportOptions(
      Path source, Path out, Existing existing, Optional<String> table, ColumnMapping columns) {
    this(source, out, existing, table, columns, CsvFormat.DEFAULT);
  }

  /** A table's name from its file's (spec T-4). */
  public static String tableName(Path source) {
    String file = String.valueOf(AbsolutePath.of(source).getFileName());
    String plain =
        TextSource.isZipped(file) && file.length() > 3
            ? file.substring(0, file.length() - 3)
            : file;
    int dot = plain.lastIndexOf('.');
    String name = ColumnNames.valid(dot > 0 ? plain.substring(0, dot) : plain);
    return WorldSchema.isReserved(name) ? name + "_" : name;
  }

  /** Refuses an output that may not be written, without changing anything. */
  void checkOut() throws IOException {
    OutputDirectory.check(out, existing, source);
  }

  /** The table's name: the one that was said, or the file's stem. */
  String tableName() {
    return table.orElseGet(() -> tableName(source));
  }
}
