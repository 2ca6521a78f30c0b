// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.arrowworld.cli.ExportVerb.Format;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.export.csv.CsvOptions;
import org.arrowworld.export.csv.CsvWriter;
import org.arrowworld.export.fields.FieldNpz;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.parquet.ParquetRowWriter;
import org.arrowworld.export.rows.FieldSource;
import org.arrowworld.field.FieldSnapshots;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;

/** Exports a gridded-field run: as arrays (npz), or as a row per point and time. */
final class FieldsExport {
  private FieldsExport() {}

  /** Whether a directory holds a field run and no store. */
  static boolean isFieldRun(Storage storage) throws IOException {
    return !StoreInfo.exists(storage) && FieldReport.isRun(storage);
  }

  /**
   * Writes a range of snapshots as one file.
   *
   * @param range indices of snapshots, both ends included
   */
  static Report run(Storage storage, Format to, Path out, TickSpan range, Existing existing)
      throws IOException {
    if (to == Format.avro || to == Format.sqlite || to == Format.arrow) {
      throw new UsageException("a field run goes --to npz, parquet or csv");
    }
    OutputDirectory.checkFile(out, existing);
    Path absolute = AbsolutePath.of(out);
    Files.createDirectories(absolute.getParent());
    DiskStorage parent = new DiskStorage(absolute.getParent());
    String name = absolute.getFileName().toString();
    try (FieldSnapshots run = FieldSnapshots.open(storage, "")) {
      TickSpan wanted = range.and(new TickSpan(0, run.count() - 1));
      if (wanted.isEmpty()) {
        throw new UsageException(Text.of("no such snapshots: the run has %d, from 0", run.count()));
      }
      FieldSource rows = new FieldSource(run, wanted.first(), wanted.last());
      switch (to) {
        case npz -> FieldNpz.write(run, wanted.first(), wanted.last(), parent, name);
        case csv -> new CsvWriter(CsvOptions.DEFAULT).write(parent, name, rows);
        default -> new ParquetRowWriter(parent, ParquetOptions.DEFAULT).write(name, rows);
      }
      return new Report()
          .add("format", to.toString())
          .add("view", "fields")
          .add("snapshots", wanted.last() - wanted.first() + 1)
          .add("rows", rows.rows())
          .add("out", out.toString());
    }
  }
}
