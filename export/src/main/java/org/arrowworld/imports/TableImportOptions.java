package org.arrowworld.imports;

import java.nio.file.Path;
import java.util.Optional;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.storage.AbsolutePath;

/**
 * What to import and where to.
 *
 * @param source the file or directory
 * @param out where the store will be
 * @param existing what to do about something that stands there
 * @param table name of the one table, if it is not to be the file's
 * @param columns what is said about columns
 */
public record TableImportOptions(
    Path source, Path out, Existing existing, Optional<String> table, ColumnMapping columns) {

  /** The table's name: the one that was said, or the file's stem. */
  String tableName() {
    String file = String.valueOf(AbsolutePath.of(source).getFileName());
    int dot = file.lastIndexOf('.');
    return table.orElse(MappedTable.valid(dot > 0 ? file.substring(0, dot) : file));
  }
}
