// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.util.List;
import org.arrowworld.Store;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.published.Location;
import org.arrowworld.schema.Column;
import org.arrowworld.table.TableColumns;
import org.arrowworld.timeline.WorldColumns;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw hash}. */
@Command(
    name = "hash",
    description = {
      "Print the BLAKE2b-128 hash of the world at a tick. The bare hash is the last line.",
      "Python's hashlib.blake2b(digest_size=16) over the same columns gives the same."
    })
final class HashVerb extends ReadingVerb {
  @Parameters(
      paramLabel = "STORE",
      converter = LocationConverter.class,
      description = "The store's directory, or the address of a published store.")
  private Location store;

  @Option(names = "--tick", required = true, paramLabel = "T", description = "The tick.")
  private long tick;

  @Option(names = "--table", paramLabel = "N", description = "Hash only this table's columns.")
  private String table;

  @Option(
      names = "--columns",
      paramLabel = "a,b",
      split = ",",
      description = "Hash only these columns of --table, in this order.")
  private List<String> columns;

  @Option(
      names = "--resume",
      description = "Print the resume hash: of the world, the tick, and the ids that come next.")
  private boolean resume;

  @Override
  QuickArguments quick() {
    return quick(p -> store = p)
        .requiredNumber("--tick", v -> tick = v)
        .text("--table", v -> table = v)
        .text("--columns", v -> columns = List.of(v.split(",")))
        .flag("--resume", () -> resume = true);
  }

  @Override
  String purpose() {
    return "hash the world";
  }

  @Override
  int execute() throws IOException {
    if (columns != null && table == null) {
      throw new UsageException("--columns needs --table");
    }
    if (resume && table != null) {
      throw new UsageException("--resume is about the whole world, not about --table");
    }
    try (Store opened = open(store)) {
      if (resume) {
        String hash = opened.resumeHash(tick);
        opened.warnings().forEach(console()::note);
        long at = Math.max(opened.firstTick(), opened.log().positionAt(tick).tick());
        print(new Report().add("tick", at), "resume_hash", hash);
        return Exit.OK;
      }
      try (WorldColumns state = opened.columnsAt(tick)) {
        opened.warnings().forEach(console()::note);
        if (table == null) {
          printWorld(state);
        } else {
          printTable(state.tick(), state.table(table));
        }
      }
    }
    return Exit.OK;
  }

  private void printWorld(WorldColumns state) {
    Report report = new Report().add("tick", state.tick());
    for (TableColumns view : state.tables()) {
      report.line(view.name(), Text.of("%d rows, %s", view.rows(), Hashes.table(view)));
    }
    print(report, "hash_world", Hashes.world(state.tables()));
  }

  private void printTable(long at, TableColumns view) {
    List<String> names =
        columns != null ? columns : view.columns().stream().map(Column::name).toList();
    Report report =
        new Report()
            .add("tick", at)
            .add("table", view.name())
            .add("rows", view.rows())
            .add("columns", names, String.join(",", names));
    print(report, "hash_columns", Hashes.columns(view, names));
  }

  private void print(Report report, String name, String hash) {
    report.json(name, hash).print(console(), format());
    if (format() == Report.Format.TEXT) {
      console().out().print(hash + "\n");
    }
  }
}
