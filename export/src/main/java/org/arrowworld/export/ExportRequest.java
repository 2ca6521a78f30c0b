// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.export.csv.CsvOptions;
import org.arrowworld.export.parquet.ParquetProfile;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.timeline.TickRange;

/**
 * What to write of a store, and how.
 *
 * <pre>{@code
 * Exports.write(store, ExportRequest.of(Format.CSV, Path.of("ships")).ofTable("ship").atTick(100));
 * }</pre>
 *
 * @param format the files' format
 * @param view what they show
 * @param rows which of it
 * @param output where they go
 * @param form how they are written
 */
public record ExportRequest(Format format, View view, Rows rows, Output output, Form form) {

  /** Formats of files. */
  public enum Format {
    PARQUET,
    AVRO,
    CSV,
    SQLITE,
    /** A zip of arrays, {@code np.load} reads it. */
    NPZ,
    /** A directory of arrays per table. */
    NPY,
    ARROW;

    /** Its name, which is also what files end with. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What can be shown of a store. */
  public enum View {
    /** The tables at a tick. */
    TABLE,
    /** The committed rows, in order. */
    LOG,
    /** The committed rows by key, id and tick. */
    BY_ENTITY,
    /** The records of a record log, a column per field. */
    EVENTS,
    /** Tables and log. */
    ARCHIVE;

    /** Its name, as {@code aw} and manifests have it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Which rows.
   *
   * @param table of the tables only this one; all if empty
   * @param tick of the tables; the last one if empty
   * @param ticks of the log
   * @param keys of the log only rows of these keys, of records only these fields; all if empty
   */
  public record Rows(
      Optional<String> table, OptionalLong tick, TickRange ticks, List<String> keys) {}

  /** Whether several files are bound together. */
  public enum Layout {
    /** Plain files: one, or a directory of them. */
    FILES,
    /** A directory with a manifest, which can be gone on with and imported; parquet alone. */
    ARCHIVE
  }

  /** Where files go. */
  public record Output(Path path, Layout layout, Existing existing) {}

  /**
   * How files are written.
   *
   * @param profile of parquet
   * @param signed of parquet and arrow: no unsigned types
   * @param csv of csv
   * @param compression of tables as arrow
   */
  public record Form(
      ParquetProfile profile, boolean signed, CsvOptions csv, BufferCompression compression) {
    /** As most tools like it. */
    public static final Form DEFAULT =
        new Form(ParquetProfile.COMPAT, false, CsvOptions.DEFAULT, BufferCompression.NONE);
  }

  /**
   * The tables at the last tick, as plain files.
   *
   * @param path must not exist; a directory, or a file where there is just one
   */
  public static ExportRequest of(Format format, Path path) {
    return new ExportRequest(
        format,
        View.TABLE,
        new Rows(Optional.empty(), OptionalLong.empty(), TickRange.ALL, List.of()),
        new Output(path, Layout.FILES, Existing.REFUSE),
        Form.DEFAULT);
  }

  /** Tables and log as a Parquet archive, from which a store can be made again. */
  public static ExportRequest archive(Path path) {
    ExportRequest tables = of(Format.PARQUET, path);
    return tables
        .ofView(View.ARCHIVE)
        .withOutput(new Output(path, Layout.ARCHIVE, Existing.REFUSE));
  }

  /** This request, of another view. */
  public ExportRequest ofView(View other) {
    return new ExportRequest(format, other, rows, output, form);
  }

  /** This request, of one table alone. */
  public ExportRequest ofTable(String name) {
    return withRows(new Rows(Optional.of(name), rows.tick(), rows.ticks(), rows.keys()));
  }

  /** This request, of the tables at a tick. */
  public ExportRequest atTick(long tick) {
    return withRows(new Rows(rows.table(), OptionalLong.of(tick), rows.ticks(), rows.keys()));
  }

  /** This request, of the log in some ticks. */
  public ExportRequest ofTicks(TickRange ticks) {
    return withRows(new Rows(rows.table(), rows.tick(), ticks, rows.keys()));
  }

  /** This request, of some keys or fields. */
  public ExportRequest ofKeys(List<String> keys) {
    return withRows(new Rows(rows.table(), rows.tick(), rows.ticks(), List.copyOf(keys)));
  }

  /** This request, of other rows. */
  public ExportRequest withRows(Rows other) {
    return new ExportRequest(format, view, other, output, form);
  }

  /** This request, with another output. */
  public ExportRequest withOutput(Output other) {
    return new ExportRequest(format, view, rows, other, form);
  }

  /** This request, written in another form. */
  public ExportRequest withForm(Form other) {
    return new ExportRequest(format, view, rows, output, other);
  }

  /** Whether the output is a Parquet archive. */
  boolean isArchive() {
    return format == Format.PARQUET && output.layout() == Layout.ARCHIVE;
  }

  /** Whether the output is one file. */
  boolean isFile() {
    return format == Format.SQLITE
        || (!isArchive()
            && format != Format.NPY
            && (view != View.TABLE || rows.table().isPresent()));
  }
}
