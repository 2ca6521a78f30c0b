// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.imports.ColumnMapping;
import org.arrowworld.imports.HistoryImportResult;
import org.arrowworld.imports.ImportFormat;
import org.arrowworld.imports.Imports;
import org.arrowworld.imports.TableImportOptions;
import org.arrowworld.internal.Text;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw import trajectories}. */
@Command(
    name = "trajectories",
    description = {
      "Make a store of recorded trajectories: a text file, or an SQLite database of JuPedSim.",
      "Fields of a text are separated by blanks, tabs, commas or semicolons; # begins a",
      "comment. Each frame is a tick and holds exactly the ids of that frame: an id is born at",
      "its first frame, is gone in the first frame without it, and is born again with the next",
      "gen if it comes back. A malformed line is refused with its place, and no store is left",
      "behind."
    })
final class ImportTrajectoriesVerb extends ReadingVerb {
  @Parameters(paramLabel = "FILE", description = "The text file, or the database.")
  private Path file;

  @Option(
      names = "--columns",
      paramLabel = "id,tick,x,...",
      description =
          "What the fields are: id, tick, names of f64 columns, _ to leave one out. "
              + "Not needed where a header names them.")
  private String columns;

  @Mixin private TextOptions text;

  @Mixin private HistoryFlags history;

  @Option(names = "--out", required = true, paramLabel = "STORE", description = "The new store.")
  private Path out;

  @Option(names = "--table", paramLabel = "N", description = "The table; default: the file's stem.")
  private String table;

  @Option(names = "--replace", description = "Replace what is at --out.")
  private boolean replace;

  @Override
  String purpose() {
    return "import " + file;
  }

  @Override
  int execute() throws IOException {
    List<ColumnMapping.Entry> fields = new ArrayList<>();
    if (columns != null) {
      int field = 0;
      for (String name : columns.split(",", -1)) {
        fields.add(
            new ColumnMapping.Entry(
                name.strip(), "field " + ++field, Optional.empty(), Optional.empty()));
      }
    }
    for (String required : columns == null ? List.<String>of() : List.of("id", "tick")) {
      if (fields.stream().filter(f -> f.target().equals(required)).count() != 1) {
        throw new UsageException(
            Text.of("Cannot map columns %s: expected exactly one '%s'", columns, required));
      }
    }
    TableImportOptions options =
        new TableImportOptions(
            file,
            out,
            replace ? Existing.REPLACE : Existing.REFUSE,
            Optional.ofNullable(table),
            new ColumnMapping(fields),
            text.format());
    HistoryImportResult result =
        Imports.history(ImportFormat.TRAJECTORIES, options, history.options("id", "tick"));
    HistoryReport.of(out, result)
        .line("open it", Pyarrow.log(out))
        .json("pyarrow", Pyarrow.log(out))
        .print(console(), format());
    return Exit.OK;
  }
}
