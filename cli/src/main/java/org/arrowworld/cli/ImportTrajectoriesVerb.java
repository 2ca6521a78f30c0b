package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.imports.trajectories.ColumnMap;
import org.arrowworld.imports.trajectories.TrajectoryImport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw import trajectories}. */
@Command(
    name = "trajectories",
    description = {
      "Make a store of recorded trajectories: text, fields separated by blanks or tabs, # begins a",
      "comment. Each frame is a tick and holds exactly that frame's ids: born at their first",
      "frame, gone in the first frame without them, reborn with the next gen if they come back.",
      "A malformed line is refused with its place, and no store is left behind."
    })
final class ImportTrajectoriesVerb extends ReadingVerb {
  @Parameters(paramLabel = "FILE", description = "The text file.")
  private Path file;

  @Option(
      names = "--columns",
      required = true,
      paramLabel = "id,tick,x,...",
      description = "What the fields are: id, tick, names of f64 columns, _ to leave one out.")
  private String columns;

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
    ColumnMap map;
    try {
      map = ColumnMap.parse(columns);
    } catch (InvalidUseException e) {
      throw new UsageException(e.getMessage());
    }
    TrajectoryImport.Source source = TrajectoryImport.Source.of(file, map);
    if (table != null) {
      source = source.named(table);
    }
    TrajectoryImport.Result result;
    try (BufferAllocator memory = new RootAllocator()) {
      Existing existing = replace ? Existing.REPLACE : Existing.REFUSE;
      result = TrajectoryImport.run(source, out, existing, memory);
    }
    new Report()
        .add("store", out.toString())
        .add("table", source.table())
        .add("rows", result.rows())
        .add("ticks", result.ticks())
        .add("first_tick", result.firstTick())
        .add("last_tick", result.lastTick())
        .add("births", result.births())
        .add("triples", result.triples())
        .line("open it", Pyarrow.log(out))
        .json("pyarrow", Pyarrow.log(out))
        .print(console(), format());
    return Exit.OK;
  }
}
