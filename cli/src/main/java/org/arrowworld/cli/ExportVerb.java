// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.arrowworld.Store;
import org.arrowworld.export.ExportRequest;
import org.arrowworld.export.ExportResult;
import org.arrowworld.export.Exports;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.export.csv.CsvOptions;
import org.arrowworld.export.parquet.ParquetProfile;
import org.arrowworld.published.Location;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.TickRange;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw export}. */
@Command(
    name = "export",
    description = {
      "Write tables, the log or the records of a store as files for other tools.",
      "",
      "Views: table, the tables at a tick; log, all committed rows in order; by_entity, the same by",
      "key, rid and tick; events, the records of a record log with a column per field; archive, the",
      "tables and the log, as parquet. Default: events of a record log, archive with --to parquet, and",
      "table with any other format.",
      "",
      "parquet is a directory with a manifest; if it is interrupted, the same command goes on.",
      "sqlite is one file. In any other format a log, events, or one --table is a file, and several",
      "tables are a directory of <table>.<format>. If --out exists, it is refused, but for --replace.",
      "",
      "STORE may be a gridded-field run: --to npz gives its arrays, csv and parquet a row per point",
      "and time; --range then counts snapshots from 0."
    })
final class ExportVerb extends ReadingVerb {
  @Parameters(
      paramLabel = "STORE",
      converter = LocationConverter.class,
      description = "The store's directory, or the address of a published store.")
  private Location store;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FORMAT",
      description = "The format: ${COMPLETION-CANDIDATES}.")
  private Format to;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "PATH",
      description = "The file or directory to write.")
  private Path out;

  @Option(
      names = "--view",
      paramLabel = "V",
      description = "What to write: ${COMPLETION-CANDIDATES}.")
  private View view;

  @Option(names = "--table", paramLabel = "N", description = "Only this table.")
  private String table;

  @Option(
      names = "--tick",
      paramLabel = "T",
      description = "The tick of the tables; default: the last.")
  private Long tick;

  @Option(
      names = "--range",
      paramLabel = "A..B",
      converter = TickSpan.Converter.class,
      description = "Only these ticks of the log, both ends included.")
  private TickSpan range;

  @Option(
      names = "--keys",
      paramLabel = "k,l",
      split = ",",
      description = "Only log rows of these keys; of records, only these fields.")
  private List<String> keys;

  @Option(
      names = "--profile",
      paramLabel = "P",
      description =
          "For parquet: compat (default), or compact: smaller, but fastparquet cannot read it.")
  private Profile profile;

  @Option(
      names = "--signed",
      description = "For parquet and arrow: write signed types only; a u64 keeps its 64 bits.")
  private boolean signed;

  @Option(
      names = "--spreadsheet-safe",
      description = "For csv: put a ' in front of text that a spreadsheet would run as a formula.")
  private boolean spreadsheetSafe;

  @Option(names = "--replace", description = "Replace what is at --out.")
  private boolean replace;

  /** Formats as they are named. */
  enum Format {
    parquet,
    avro,
    csv,
    sqlite,
    npz,
    arrow
  }

  /** Views as they are named. */
  enum View {
    table,
    log,
    by_entity,
    events,
    archive
  }

  /** Profiles as they are named. */
  enum Profile {
    compat,
    compact
  }

  @Override
  String purpose() {
    return "export";
  }

  @Override
  int execute() throws IOException {
    Storage storage = store(store);
    if (FieldsExport.isFieldRun(storage)) {
      return exportFields(storage);
    }
    StoreInfo info = StoreInfo.read(storage);
    View wanted = view == null ? defaultView(info) : view;
    check(info, wanted);
    AtomicBoolean stopped = new AtomicBoolean();
    Interruption.install(() -> stopped.set(true));
    try (Store opened = Store.open(storage)) {
      ExportResult result =
          Exports.write(opened, request(wanted), new ExportProgress(console(), stopped::get));
      Report report =
          new Report()
              .add("format", to.toString())
              .add("view", wanted.toString())
              .add("rows", result.rows());
      if (to == Format.parquet) {
        report.add("files_kept", result.filesKept());
      } else if (result.tick().isPresent()) {
        report.add("tick", result.tick().getAsLong()).add("tables", result.tables());
      }
      report.add("out", out.toString()).print(console(), format());
    }
    return Exit.OK;
  }

  private ExportRequest request(View wanted) {
    return new ExportRequest(
        ExportRequest.Format.valueOf(to.name().toUpperCase(Locale.ROOT)),
        ExportRequest.View.valueOf(wanted.name().toUpperCase(Locale.ROOT)),
        new ExportRequest.Rows(
            Optional.ofNullable(table),
            tick == null ? OptionalLong.empty() : OptionalLong.of(tick),
            range == null ? TickRange.ALL : TickRange.of(range.first(), range.last()),
            keys == null ? List.of() : keys),
        new ExportRequest.Output(
            out, ExportRequest.Layout.ARCHIVE, replace ? Existing.REPLACE : Existing.REFUSE),
        new ExportRequest.Form(
            profile == Profile.compact ? ParquetProfile.COMPACT : ParquetProfile.COMPAT,
            signed,
            spreadsheetSafe ? CsvOptions.SPREADSHEET_SAFE : CsvOptions.DEFAULT,
            BufferCompression.NONE));
  }

  private int exportFields(Storage storage) throws IOException {
    refuse(
        view != null || table != null || tick != null || keys != null || profile != null || signed,
        "of a field run only --range, which counts snapshots from 0, can be chosen");
    FieldsExport.run(
            storage,
            to,
            out,
            range == null ? TickSpan.ALL : range,
            replace ? Existing.REPLACE : Existing.REFUSE)
        .print(console(), format());
    return Exit.OK;
  }

  private View defaultView(StoreInfo info) {
    if (isRecordLog(info)) {
      return View.events;
    }
    return to == Format.parquet && table == null ? View.archive : View.table;
  }

  private static boolean isRecordLog(StoreInfo info) {
    return info.property("records").isPresent();
  }

  private void check(StoreInfo info, View wanted) {
    boolean tables = wanted == View.table || wanted == View.archive;
    if (isRecordLog(info) && tables) {
      throw new UsageException("a record log has no tables: --view events, log or by_entity");
    }
    if (!isRecordLog(info) && wanted == View.events) {
      throw new UsageException("only a record log has events: --view table, log or by_entity");
    }
    refuse(!tables && tick != null, "--tick goes with --view table; --range is for logs");
    refuse(wanted != View.table && table != null, "--table goes with --view table");
    refuse(wanted == View.table && range != null, "--range is for logs; --view table has --tick");
    refuse(tables && keys != null, "--keys goes with --view log, by_entity or events");
    refuse(profile != null && to != Format.parquet, "--profile goes with --to parquet");
    refuse(
        signed && to != Format.parquet && to != Format.arrow,
        "--signed goes with --to parquet or arrow; csv needs no types, avro and sqlite have none unsigned, npz has all");
    refuse(spreadsheetSafe && to != Format.csv, "--spreadsheet-safe goes with --to csv");
    refuse(
        to == Format.npz && wanted == View.log && keys != null,
        "a log as npz is whole: --keys does not go with it");
  }

  private static void refuse(boolean condition, String message) {
    if (condition) {
      throw new UsageException(message);
    }
  }
}
