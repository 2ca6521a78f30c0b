// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.ecosystem.EcosystemSchema;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.internal.Text;
import org.arrowworld.maintenance.StoreMigration;
import org.arrowworld.migration.MigrationFile;
import org.arrowworld.migration.Migrations;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw migrate}. */
@Command(
    name = "migrate",
    description = {
      "Write a new store that begins with the last state of an old one, under a newer schema.",
      "The old store is only read, and stays the only place of the history before. Without",
      "--steps, it takes the known steps of the reference simulation."
    })
final class MigrateVerb extends ReadingVerb {
  @Parameters(paramLabel = "STORE", description = "The old store's directory.")
  private Path store;

  @Option(names = "--out", required = true, paramLabel = "STORE2", description = "The new store.")
  private Path out;

  @Option(
      names = "--steps",
      paramLabel = "FILE",
      description = "The steps as JSON; docs/spec/migrations.md tells the format.")
  private Path steps;

  @Option(names = "--replace", description = "Replace what is at --out.")
  private boolean replace;

  @Override
  String purpose() {
    return "migrate " + store;
  }

  @Override
  int execute() throws IOException {
    OutputDirectory.Existing existing =
        replace ? OutputDirectory.Existing.REPLACE : OutputDirectory.Existing.REFUSE;
    DiskStorage source = store(store);
    OutputDirectory.check(out, existing, source);
    Migrations known = known();
    StoreMigration.Report result;
    try (OutputDirectory target = OutputDirectory.begin(out, existing);
        BufferAllocator memory = new RootAllocator()) {
      result = StoreMigration.run(source, new DiskStorage(target.directory()), known, memory);
      target.commit();
    }
    Report report =
        new Report()
            .add("store", out.toString())
            .add("id", result.store().hex())
            .add("from_schema", result.fromVersion())
            .add("to_schema", result.toVersion())
            .add("tick", result.position().tick())
            .add("seq", result.position().seq())
            .add("hash", result.hashWorld())
            .json("steps", result.steps());
    result.steps().forEach(step -> report.line("step", step));
    if (result.firstTick() < result.position().tick()) {
      report.line(
          "history",
          Text.of(
              "ticks %d to %d stay in %s only",
              result.firstTick(), result.position().tick() - 1, store));
    }
    report.json("history_from_tick", result.firstTick());
    report.print(console(), format());
    return Exit.OK;
  }

  private Migrations known() throws IOException {
    if (steps == null) {
      return EcosystemSchema.MIGRATIONS;
    }
    Path absolute = AbsolutePath.of(steps);
    return MigrationFile.read(
        new DiskStorage(absolute.getParent()), absolute.getFileName().toString());
  }
}
