// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.hostile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.field.FieldImport;
import org.arrowworld.field.FieldSnapshots;
import org.arrowworld.imports.ColumnMapping;
import org.arrowworld.imports.HistoryOptions;
import org.arrowworld.imports.ImportFormat;
import org.arrowworld.imports.Imports;
import org.arrowworld.imports.TableImportOptions;
import org.arrowworld.imports.history.TimeGrid;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.timeline.Verifier;

/**
 * Every way foreign files come in. {@link #feed} holds each to RELIABILITY contract 5: it makes a
 * sound output, or fails with a typed error with a text and leaves nothing; no byte is leaked. A
 * new format is one more constant here.
 */
enum Entrance {
  TRAJECTORIES,
  TRAJECTORIES_SQLITE,
  CSV,
  CSV_GZIP,
  CSV_HISTORY,
  CSV_RECORDS,
  ARROW_FILE,
  ARROW_STREAM,
  ARROW_ZSTD,
  ARROW_LZ4,
  ARROW_VIEWS,
  ARROW_HISTORY,
  TABLES_NPZ,
  LOG_NPZ,
  NPY,
  PARQUET,
  SIMLOG_CHUNK,
  SIMLOG_CODEBOOK,
  FIELD_METADATA,
  FIELD_ARRAY;

  /** What came of an input. */
  enum Outcome {
    IMPORTED,
    REFUSED
  }

  /** Bytes that are imported. */
  byte[] sample() throws IOException {
    return switch (this) {
      case TRAJECTORIES -> Samples.trajectories();
      case TRAJECTORIES_SQLITE -> Samples.database();
      case CSV, CSV_RECORDS -> Samples.csv();
      case CSV_GZIP -> Samples.gzip(Samples.csv());
      case CSV_HISTORY -> Samples.history();
      case ARROW_FILE -> Samples.arrow(Samples.Arrow.FILE);
      case ARROW_STREAM -> Samples.arrow(Samples.Arrow.STREAM);
      case ARROW_ZSTD -> Samples.arrow(Samples.Arrow.ZSTD);
      case ARROW_LZ4 -> Samples.arrow(Samples.Arrow.LZ4);
      case ARROW_VIEWS -> Samples.views();
      case ARROW_HISTORY -> Samples.arrowHistory();
      case TABLES_NPZ -> Samples.tables();
      case LOG_NPZ -> Samples.log();
      case NPY -> Samples.npy();
      case PARQUET -> Samples.parquet();
      case SIMLOG_CHUNK -> Samples.chunk();
      case SIMLOG_CODEBOOK -> Samples.codebook();
      case FIELD_METADATA -> Samples.metadata();
      case FIELD_ARRAY -> array(2);
    };
  }

  private static byte[] array(int snapshots) {
    return Mutations.npy("'<f8'", "(" + snapshots + ", 2, 3)", new byte[snapshots * 48]);
  }

  /** The sample, changed. */
  byte[] mutate(byte[] sample, SplittableRandom random) throws IOException {
    return switch (this) {
      case TRAJECTORIES -> Mutations.text(sample, " \t\n", random);
      case CSV, CSV_HISTORY, CSV_RECORDS -> Mutations.text(sample, ",\n", random);
      case CSV_GZIP ->
          random.nextBoolean()
              ? Mutations.bytes(sample, random)
              : Samples.gzip(Mutations.text(Samples.csv(), ",\n", random));
      case ARROW_FILE,
          ARROW_STREAM,
          ARROW_ZSTD,
          ARROW_LZ4,
          ARROW_VIEWS,
          ARROW_HISTORY,
          PARQUET,
          TRAJECTORIES_SQLITE ->
          Mutations.bytes(sample, random);
      case TABLES_NPZ, LOG_NPZ, SIMLOG_CHUNK -> Mutations.archive(sample, random);
      case NPY, FIELD_ARRAY ->
          random.nextBoolean() ? Mutations.bytes(sample, random) : Mutations.header(sample, random);
      case SIMLOG_CODEBOOK, FIELD_METADATA -> Mutations.text(sample, ",:[]{}", random);
    };
  }

  /** Imports bytes in a folder of their own; an untyped failure or a leak is an Error. */
  Outcome feed(byte[] bytes) throws IOException {
    Path folder = Files.createTempDirectory("hostile");
    try (BufferAllocator memory = new RootAllocator(512 << 20)) {
      Path in = Files.createDirectory(folder.resolve("in"));
      Path out = Files.createDirectory(folder.resolve("below")).resolve("out");
      Path source = place(in, bytes);
      Outcome outcome = Outcome.IMPORTED;
      try {
        run(source, out, memory);
      } catch (IOException | InvalidUseException | MemoryFullException e) {
        outcome = Outcome.REFUSED;
        if (Boolean.getBoolean("aw.hostile.show")) {
          System.out.println(this + ": " + e.getMessage());
        }
        require(e.getMessage() != null && !e.getMessage().isBlank(), "an error without a text", e);
        require(!Files.exists(out), "something is left", e);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("an untyped failure", e);
      }
      require(memory.getAllocatedMemory() == 0, "leaked " + memory.getAllocatedMemory(), null);
      requireOnly(folder, "below", "in");
      requireOnly(
          out.getParent(), outcome == Outcome.IMPORTED ? new String[] {"out"} : new String[0]);
      if (outcome == Outcome.IMPORTED) {
        check(out, memory);
      }
      return outcome;
    } catch (MemoryFullException e) {
      // What just fitted while it was written need not fit once more while the collector is behind.
      return Outcome.IMPORTED;
    } finally {
      try (Stream<Path> paths = Files.walk(folder)) {
        for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static void require(boolean holds, String what, Throwable cause) {
    if (!holds) {
      throw new AssertionError(what, cause);
    }
  }

  private static void requireOnly(Path folder, String... names) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      java.util.List<String> found = all.map(p -> p.getFileName().toString()).sorted().toList();
      require(found.equals(java.util.List.of(names)), folder + " holds " + found, null);
    }
  }

  /** Writes the bytes, and beside them what belongs to them; returns what is to be imported. */
  private Path place(Path in, byte[] bytes) throws IOException {
    return switch (this) {
      case TRAJECTORIES,
          TRAJECTORIES_SQLITE,
          CSV,
          CSV_HISTORY,
          CSV_RECORDS,
          ARROW_FILE,
          ARROW_STREAM,
          ARROW_ZSTD,
          ARROW_LZ4,
          ARROW_VIEWS,
          ARROW_HISTORY,
          TABLES_NPZ,
          LOG_NPZ,
          PARQUET ->
          Files.write(in.resolve("a.file"), bytes);
      case CSV_GZIP -> Files.write(in.resolve("a.gz"), bytes);
      case NPY -> {
        Files.write(in.resolve("y.npy"), Samples.npy());
        yield Files.write(in.resolve("x.npy"), bytes).getParent();
      }
      case SIMLOG_CHUNK, SIMLOG_CODEBOOK -> {
        boolean chunk = this == SIMLOG_CHUNK;
        Files.write(in.resolve("chunk_000000.npz"), chunk ? bytes : Samples.chunk());
        yield Files.write(in.resolve("_codebook.json"), chunk ? Samples.codebook() : bytes)
            .getParent();
      }
      case FIELD_METADATA, FIELD_ARRAY -> {
        boolean metadata = this == FIELD_METADATA;
        Files.write(in.resolve("metadata.json"), metadata ? bytes : Samples.metadata());
        Files.write(in.resolve("phi.npy"), metadata ? array(2) : bytes);
        Files.write(in.resolve("v_phi.npy"), array(2));
        yield Files.write(
                in.resolve("times.npy"),
                Mutations.npy("'<f8'", "(2,)", Samples.doubles(0, 0.01).array()))
            .getParent();
      }
    };
  }

  private void run(Path source, Path out, BufferAllocator memory) throws IOException {
    TableImportOptions options =
        new TableImportOptions(source, out, Existing.REFUSE, Optional.of("t"), ColumnMapping.NONE);
    switch (this) {
      case TRAJECTORIES ->
          Imports.history(
              ImportFormat.TRAJECTORIES,
              new TableImportOptions(
                  source, out, Existing.REFUSE, Optional.of("t"), fields("id", "tick", "x", "y")),
              history("tick"),
              memory);
      case TRAJECTORIES_SQLITE ->
          Imports.history(ImportFormat.TRAJECTORIES, options, history("tick"), memory);
      case CSV_HISTORY -> Imports.history(ImportFormat.CSV, options, history("time"), memory);
      case ARROW_HISTORY -> Imports.history(ImportFormat.ARROW, options, history("n"), memory);
      case CSV, CSV_GZIP -> Imports.table(ImportFormat.CSV, options);
      case CSV_RECORDS -> Imports.records(options);
      case ARROW_FILE, ARROW_STREAM, ARROW_ZSTD, ARROW_LZ4, ARROW_VIEWS ->
          Imports.table(ImportFormat.ARROW, options);
      case TABLES_NPZ -> Imports.table(ImportFormat.NPZ, options);
      case LOG_NPZ -> Imports.logArchive(options);
      case NPY -> Imports.table(ImportFormat.NPY, options);
      case PARQUET -> Imports.table(ImportFormat.PARQUET, options);
      case SIMLOG_CHUNK, SIMLOG_CODEBOOK -> Imports.simlog(source, out);
      case FIELD_METADATA, FIELD_ARRAY -> {
        try (OutputDirectory target = OutputDirectory.begin(out, Existing.REFUSE)) {
          FieldImport.run(new DiskStorage(source), "", new DiskStorage(target.directory()));
          target.commit();
        }
      }
    }
  }

  private static HistoryOptions history(String time) {
    return new HistoryOptions("id", time, TimeGrid.TICKS, HistoryOptions.Absence.DIES);
  }

  /** What the fields of a line are. */
  private static ColumnMapping fields(String... names) {
    List<ColumnMapping.Entry> entries = new ArrayList<>();
    for (String name : names) {
      entries.add(new ColumnMapping.Entry(name, name, Optional.empty(), Optional.empty()));
    }
    return new ColumnMapping(entries);
  }

  /** What was made must be sound. */
  private void check(Path out, BufferAllocator memory) throws IOException {
    switch (this) {
      case SIMLOG_CHUNK, SIMLOG_CODEBOOK, CSV_RECORDS -> {
        try (SimLogReader reader = SimLogReader.open(out)) {
          reader.scan(record -> {});
        }
      }
      case FIELD_METADATA, FIELD_ARRAY -> {
        try (FieldSnapshots run = FieldSnapshots.open(new DiskStorage(out), "")) {
          run.times();
        }
      }
      default -> {
        Verifier.Report report =
            Verifier.verify(new DiskStorage(out), Verifier.Depth.STANDARD, 0, memory);
        require(report.findings().isEmpty(), "unsound: " + report.findings(), null);
      }
    }
  }
}
