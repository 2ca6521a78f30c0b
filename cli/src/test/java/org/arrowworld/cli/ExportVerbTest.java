// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.arrowworld.log.LogOptions;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.storage.DiskStorage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code aw export}, and the records of {@code aw log}. */
class ExportVerbTest {
  @TempDir Path directory;
  private String store;
  private String records;
  private String out;

  @BeforeEach
  void stores() throws IOException {
    store = Stores.sealed(directory.resolve("store")).toString();
    records = directory.resolve("records").toString();
    out = directory.resolve("out").toString();
    try (SimLog log =
        SimLog.open(new DiskStorage(directory.resolve("records")), LogOptions.DEFAULT)) {
      log.log(0.5, "activity", "picking", "entity", 7, "value", 1.5);
      log.log(1, "activity", "=cmd()", "entity", 8, "ok", true);
      log.commit();
      log.log(2, "activity", "picking", "entity", 9, "a:b", "x");
    }
  }

  @Test
  void a_log_as_csv_has_every_value_as_its_key_s_type() throws IOException {
    Aw run = Aw.run("export", store, "--to", "csv", "--view", "log", "--out", out);
    assertThat(run.exit()).isZero();
    List<String> lines = Files.readAllLines(Path.of(out));
    assertThat(lines.get(0)).isEqualTo("seq,tick,rid,key,key_code,val,text");
    assertThat(lines).hasSize(1 + Aw.run("log", store, "--json").jsonLines().size());
    assertThat(lines)
        .anyMatch(line -> line.matches("\\d+,0,\\d+,ship\\.serial,\\d+,18446744073709551615,"))
        .anyMatch(line -> line.matches("\\d+,0,\\d+,ship\\.x,\\d+,0\\.1,"))
        .anyMatch(line -> line.matches("\\d+,1,7,in\\.wind,\\d+,nan,"))
        .anyMatch(line -> line.matches("\\d+,1,\\d+,ship\\.mass,\\d+,inf,"))
        .anyMatch(line -> line.matches("\\d+,0,\\d+,ship\\.flag,\\d+,\\d+,blue"));
  }

  @Test
  void tables_are_a_directory_and_one_table_is_a_file() throws IOException {
    Aw all = Aw.run("export", store, "--to", "csv", "--tick", "0", "--out", out, "--json");
    assertThat(all.exit()).isZero();
    assertThat(all.json()).containsEntry("tables", 3).containsEntry("tick", 0);
    assertThat(Path.of(out, "ship.csv")).exists();
    assertThat(Path.of(out, "fleet.csv")).hasContent("n\r\n2\r\n");
    String file = directory.resolve("fleet.csv").toString();
    Aw one = Aw.run("export", store, "--to", "csv", "--table", "fleet", "--out", file);
    assertThat(one.exit()).isZero();
    assertThat(Path.of(file)).hasContent("n\r\n2\r\n");
    Aw again = Aw.run("export", store, "--to", "csv", "--out", out);
    assertThat(again.exit()).isEqualTo(Exit.FAILURE);
    assertThat(again.err()).contains("it exists; choose another path, or --replace it");
    assertThat(Aw.run("export", store, "--to", "csv", "--out", out, "--replace").exit()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "log/00000000000000000000.arrow, arrow, log",
    "x.csv, csv, log",
    "log, arrow, table",
    "snapshots/x, csv, table"
  })
  void nothing_is_written_into_a_store(String path, String format, String view) throws IOException {
    Path target = Path.of(store, path);
    Aw into = Aw.run("export", store, "--to", format, "--view", view, "--out", target, "--replace");
    assertThat(into.exit()).isEqualTo(Exit.FAILURE);
    assertThat(into.err())
        .contains("it lies in the store " + store + "; choose a path outside of it");
    assertThat(Aw.run("verify", store).exit()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"csv", "npz", "arrow", "parquet"})
  void at_and_export_write_the_same_bytes_of_each_table(String format) throws IOException {
    Path at = directory.resolve("at");
    Aw shown = Aw.run("at", store, "--tick", 1, "--to", format, "--out", at);
    assertThat(shown.exit()).isZero();
    Path exported = Path.of(out);
    Aw.run("export", store, "--tick", 1, "--view", "table", "--to", format, "--out", out);
    List<String> tables = List.of("ship", "fleet");
    for (String table : tables) {
      byte[] expected = Files.readAllBytes(at.resolve(table + "." + format));
      assertThat(file(exported, table + "." + format)).hasBinaryContent(expected);
      Path one = directory.resolve("one-" + table);
      Aw.run("export", store, "--tick", 1, "--table", table, "--to", format, "--out", one);
      assertThat(file(one, table + "." + format)).hasBinaryContent(expected);
    }
  }

  /** A file of this name below a path, or the path where that is the file. */
  private static Path file(Path path, String name) throws IOException {
    try (var files = Files.walk(path)) {
      return files
          .filter(f -> Files.isRegularFile(f) && (f.equals(path) || f.endsWith(name)))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void records_are_wide_rows_with_their_types() throws IOException {
    assertThat(Aw.run("export", records, "--to", "csv", "--out", out).exit()).isZero();
    assertThat(Files.readString(Path.of(out)))
        .isEqualTo(
            """
            record,time,activity,entity,value,ok,a:b\r
            0,0.5,picking,7,1.5,,\r
            1,1.0,=cmd(),8,,true,\r
            2,2.0,picking,9,,,x\r
            """);
    Aw safe =
        Aw.run(
            "export",
            records,
            "--to",
            "csv",
            "--out",
            out,
            "--replace",
            "--spreadsheet-safe",
            "--keys",
            "activity",
            "--range",
            "0..0");
    assertThat(safe.exit()).isZero();
    assertThat(Files.readString(Path.of(out)))
        .isEqualTo("record,activity\r\n0,picking\r\n1,\"'=cmd()\"\r\n");
  }

  @Test
  void a_parquet_archive_is_replaced_only_when_asked_for() throws IOException {
    for (String view : List.of("archive", "by_entity", "log", "table")) {
      Aw run =
          Aw.run("export", store, "--to", "parquet", "--view", view, "--out", out, "--replace");
      assertThat(run.err()).doesNotContain("Cannot");
      assertThat(run.exit()).isZero();
      assertThat(Path.of(out, "manifest.json")).exists();
      assertThat(Path.of(out, "tables"))
          .matches(p -> Files.exists(p) == view.matches("archive|table"));
    }
    assertThat(Aw.run("export", store, "--to", "parquet", "--out", out).exit()).isEqualTo(1);
    Files.writeString(Path.of(out, "manifest.json"), "mine");
    Aw run = Aw.run("export", store, "--to", "parquet", "--out", out, "--replace");
    assertThat(run.err()).contains("Cannot replace").contains("nothing else is deleted");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--to csv --view events | only a record log has events",
        "--to csv --view log --tick 3 | --tick goes with --view table",
        "--to csv --range 1..2 | --range is for logs",
        "--to csv --signed | --signed goes with --to parquet or arrow",
        "--to csv --profile compact | --profile goes with --to parquet",
        "--to npz --view log --keys ship.x | a log as npz is whole",
        "--to arrow --spreadsheet-safe | --spreadsheet-safe goes with --to csv",
        "--to csv --keys ship.x | --keys goes with --view log, by_entity or events",
      })
  void options_that_do_not_go_together_are_refused(String options, String message) {
    String[] words = ("export " + store + " --out " + out + " " + options).split(" ");
    Aw run = Aw.run((Object[]) words);
    assertThat(run.exit()).isEqualTo(Exit.USAGE);
    assertThat(run.err()).contains(message);
    assertThat(Path.of(out)).doesNotExist();
  }

  @Test
  void records_are_selected_by_their_fields() {
    Aw run = Aw.run("log", records, "--where", "activity == 'picking' and entity > 7");
    assertThat(run.out()).isEqualTo("2\t1\ttime=2.0\tactivity=picking\tentity=9\ta:b=x\n");
    Aw json = Aw.run("log", records, "--where", "ok == true", "--json");
    assertThat(json.jsonLines())
        .containsExactly(
            Map.of(
                "record",
                1,
                "group",
                0,
                "values",
                Map.of("time", 1.0, "activity", "=cmd()", "entity", 8, "ok", true)));
    assertThat(Aw.run("log", records, "--where", "\"a:b\" == x").lines()).hasSize(1);
    assertThat(Aw.run("log", records, "--where", "value != 1.5").lines()).isEmpty();
    assertThat(Aw.run("log", records, "--where", "key == activity").lines()).hasSize(3);
    Aw wrong = Aw.run("log", records, "--where", "entity == picking");
    assertThat(wrong.exit()).isEqualTo(Exit.USAGE);
    assertThat(wrong.err())
        .contains("column 11: field entity is of type int64: expected a number, found 'picking'");
  }
}
