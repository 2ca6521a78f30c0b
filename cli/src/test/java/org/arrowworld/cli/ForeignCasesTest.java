// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.table.World;
import org.arrowworld.testing.SharedData;
import org.arrowworld.timeline.Timeline;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that went wrong for others (shared/cases), each with what is right. */
class ForeignCasesTest {
  private static final Pattern OPAQUE =
      Pattern.compile("0x|Exception|ArrowBuf|@[0-9a-f]{5,}|unexpected");

  @TempDir Path folder;

  private static Path cases(String name) {
    Path file = SharedData.cases().resolve(name);
    assumeThat(file)
        .withFailMessage("skipped: the cases of others are not beside the project: %s", name)
        .exists();
    return file;
  }

  private Aw load(String kind, String name, String... more) {
    List<Object> args = new ArrayList<>(List.of("import", kind, cases(kind + "/" + name)));
    args.addAll(List.of("--out", folder.resolve("out"), "--replace"));
    args.addAll(List.of(more));
    return Aw.run(args.toArray());
  }

  private void refused(String text, Aw imported) {
    assertThat(imported.exit()).as(imported.out()).isEqualTo(Exit.FAILURE);
    assertThat(imported.err()).contains(text).doesNotContainPattern(OPAQUE);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  /** The rows of the store's table at a tick as text, bools and numbers as Java writes them. */
  private List<String> rows(long tick) throws IOException {
    List<String> rows = new ArrayList<>();
    try (BufferAllocator memory = new RootAllocator();
        Timeline store = Timeline.open(new DiskStorage(folder.resolve("out")));
        World world = store.at(tick, memory)) {
      var table = world.tables().get(0);
      for (int row = 0; row < table.rows(); row++) {
        List<String> cells = new ArrayList<>();
        for (Column column : table.columns()) {
          long pattern = Cells.read(column.type(), table.bytes(column), row);
          cells.add(
              column.type() == ColumnType.STRING
                  ? world.codebook().word((int) Values.toInteger(pattern))
                  : String.valueOf(Values.decode(column.type(), pattern)));
        }
        rows.add(String.join(" ", cells));
      }
    }
    return rows;
  }

  private void taken(Aw imported, String... rows) throws IOException {
    assertThat(imported.exit()).as(imported.err() + imported.out()).isZero();
    assertThat(rows(0)).containsExactly(rows);
  }

  /** Spec T-13, T-14. */
  @Test
  void csv_files_are_read_by_their_own_separator() throws IOException {
    taken(load("csv", "fcd.csv"), "0.0 veh0 1.5 2.5", "0.04 veh0 1.6 2.6");
    taken(load("csv", "csv-tabs.csv"), "1 2");
    taken(load("csv", "csv-gz.csv"), "1 2");
    taken(load("csv", "csv-blank-lines.csv"), "1 2", "3 4");
    taken(load("csv", "fcd.csv", "--delimiter", "tab"), "0.00;veh0;1.5;2.5", "0.04;veh0;1.6;2.6");
  }

  @Test
  void a_blank_line_in_a_column_is_a_missing_value() throws IOException {
    Aw imported = load("csv", "csv-blank-lines-one-column.csv", "--json");
    assertThat(imported.exit()).isEqualTo(Exit.DATA_LOSS);
    assertThat(imported.json().get("unmapped").toString()).contains("its type is i64, and 1 of 3");
    taken(load("csv", "csv-blank-lines-one-column.csv", "--columns", "a=a?-1"), "1", "-1", "2");
  }

  @Test
  void quotes_are_strict_and_named_by_the_line_they_open_on() {
    refused(
        "line 3: a quote opens here and is never closed", load("csv", "csv-unclosed-quote.csv"));
    refused("line 2: a quote inside field 1", load("csv", "csv-lone-quote.csv"));
  }

  /** Spec T-15. */
  @Test
  void a_decimal_comma_is_named_and_taken_if_asked_for() throws IOException {
    refused(
        "holds numbers with a decimal comma, such as '1,5'; say --decimal ,",
        load("csv", "csv-decimal-comma.csv"));
    taken(load("csv", "csv-decimal-comma.csv", "--decimal", ","), "1.5 2.5", "3.25 4.0");
  }

  @Test
  void what_stands_before_a_header_is_passed_over_if_asked_for() throws IOException {
    refused("it is UTF-16", load("csv", "csv-utf16.csv"));
    refused("pass over them with --skip-lines N", load("csv", "netlogo.csv"));
    taken(load("csv", "netlogo.csv", "--skip-lines", "2"), "1 0 100", "1 1 101");
  }

  @Test
  void a_table_is_called_after_its_file_in_every_import() throws IOException {
    taken(load("csv", "040.csv", "--columns", "key=id"), "1 1.5 a", "2 2.5 ");
    try (Timeline store = Timeline.open(new DiskStorage(folder.resolve("out")))) {
      assertThat(store.info().schema().tables().get(0).name()).isEqualTo("_040");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "npz-bool-2.npz, 3, b, |b1 (3,)",
    "npz-structured.npz, 3, rec, 'its shape (1,)'",
    "npz-datetime64.npz, 3, t, 1 of 3 values are null",
    "npz-datetime64-mapped.npz, 3, t, 1 of 3 values are null",
    "npz-header-variants.npz, 0, '', ''",
    "npz-zip-r-directory-entry.npz, 0, '', ''",
  })
  void one_array_that_is_no_column_does_not_keep_the_others_out(
      String name, int exit, String array, String why) {
    Aw imported = load("npz", name, "--json");
    assertThat(imported.exit()).as(imported.err()).isEqualTo(exit);
    if (exit != 0) {
      assertThat(imported.json().get("unmapped").toString()).contains(array + "=").contains(why);
    }
    assertThat(Aw.run("info", cases("npz/" + name)).exit()).isZero();
  }

  @Test
  void times_of_numpy_keep_their_unit() {
    Aw imported = load("npz", "npz-datetime64.npz", "--columns", "t=t?0", "--json");
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(imported.json().get("units").toString())
        .contains("t=nanoseconds since 1970-01-01T00:00:00")
        .contains("d=microseconds");
  }

  @ParameterizedTest
  @CsvSource({
    "bigendian-ints-silent.arrow_file, big-endian",
    "feather-v1.feather, Feather file of version 1",
    "arrow-zstd-40M-zeros.arrow, more than the 268435456",
  })
  void what_arrow_files_hold_that_is_not_read_is_named(String name, String text) {
    refused(text, load("arrow", name));
    Aw info = Aw.run("info", cases("arrow/" + name));
    assertThat(info.exit()).as(info.err()).isZero();
    assertThat(info.out()).contains("kind").doesNotContainPattern(OPAQUE);
  }

  @Test
  void dictionaries_of_integers_are_the_integers_and_bool8_is_bool() throws IOException {
    taken(
        load("arrow", "dict-of-ints.arrow"),
        "1000000000000 0.5 1",
        "5 5.0 2",
        "1000000000000 0.5 3");
    taken(load("arrow", "pandas-categorical-of-ints.feather"), "2020 1", "2021 2", "2020 3");
    Aw extensions = load("arrow", "extension-types.arrow");
    assertThat(extensions.out()).contains("column 'j' is of the extension type arrow.json");
    assertThat(rows(0)).containsExactly("false {\"a\":1} 1", "true null 2");
  }

  @ParameterizedTest
  @CsvSource({
    "gap-before-third-batch.arrow, 15, 0",
    "datafusion-current-arrow.arrow, 3, 0",
    "polars-2.1-file-no-strings.arrow, 3, 0",
    "file-without-eos-go.arrow, 3, 0",
    "feather-lz4-default.feather, 3, 0",
    "pa-string-view.arrow, 4, 3",
    "pandas-categorical-of-ints.feather, 3, 0",
    "dict-of-ints.arrow, 3, 0",
    "dict-of-dict.arrow, 3, 3",
    "struct-duplicate-fields.arrow, 1, 3",
    "extension-types.arrow, 2, 3",
    "temporal-unmapped.arrow, 3, 0",
    "legacy-framing-v5.arrow, 3, 0",
    "metadata-v4.arrow, 3, 0",
  })
  void arrow_files_of_all_writers_come_in(String name, int rows, int exit) {
    Aw imported = load("arrow", name, "--json");
    assertThat(imported.exit()).as(imported.err()).isEqualTo(exit);
    assertThat(imported.json().get("tables").toString()).endsWith("=" + rows + "}");
    assertThat(imported.out()).doesNotContainPattern(OPAQUE);
    Aw info = Aw.run("info", cases("arrow/" + name));
    assertThat(info.exit()).as(info.err()).isZero();
    assertThat(info.out()).contains("Arrow file of another program").contains("aw import arrow");
    assertThat(Aw.run("verify", folder.resolve("out")).exit()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "pq-duplicate-names.parquet, 0, \"'a' is called 'a_'\"",
    "pq-binary.parquet, 3, s=s:string",
    "pq-int96.parquet, 0, nanoseconds since 1970",
    "pq-f16-uuid-json.parquet, 3, u=u:string",
    "pq-codec-lz4.parquet, 0, ''",
  })
  void parquet_files_of_all_writers_come_in(String name, int exit, String said) {
    Aw imported = load("parquet", name);
    assertThat(imported.exit()).as(imported.err()).isEqualTo(exit);
    assertThat(imported.out()).contains(said.replace("\"", "")).doesNotContainPattern(OPAQUE);
  }

  @Test
  void a_file_in_a_codec_that_is_not_read_is_refused_and_still_told() throws IOException {
    refused(
        "no column of it can be read; column 'a': its pages are compressed with BROTLI, which is not read here",
        load("parquet", "pq-codec-brotli.parquet"));
    Aw info = Aw.run("info", cases("parquet/pq-codec-brotli.parquet"));
    assertThat(info.exit()).as(info.err()).isZero();
    assertThat(info.out()).contains("BROTLI");
  }

  @Test
  void bytes_are_text_and_uuids_their_characters_for_whom_asks() throws IOException {
    taken(load("parquet", "pq-binary.parquet", "--columns", "s=s:string,_=n"), "ab", "\u00e9", "");
    assertThat(load("parquet", "pq-f16-uuid-json.parquet", "--columns", "u=u:string").exit())
        .isZero();
    assertThat(rows(0).get(0)).matches(".* [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} .*");
  }

  private Aw people(String name, String... more) {
    List<String> args = new ArrayList<>(List.of("--columns", "id,tick,x,y"));
    args.addAll(List.of(more));
    return load("trajectories", name, args.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "comma.csv, 2, 1",
    "semicolon.csv, 1, 0",
    "header.txt, 2, 1",
    "headerhash.txt, 2, 1",
    "percent.txt, 1, 0",
    "extra.txt, 1, 0",
    "plain.txt.gz, 2, 1",
    "sciframe.txt, 2, 100001",
    "intfloatframe.txt, 2, 1",
    "nan.txt, 2, 1",
    "unsorted.txt, 4, 2",
    "vanish.txt, 5, 2",
  })
  void recordings_of_all_forms_are_histories(String name, int rows, int last) throws IOException {
    Aw imported = people(name, "--json");
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(imported.json()).containsEntry("rows", rows).containsEntry("last_tick", last);
    assertThat(rows(last)).isNotEmpty();
    assertThat(Aw.run("verify", folder.resolve("out"), "--deep").exit()).isZero();
  }

  @Test
  void a_header_names_the_columns_of_a_recording() throws IOException {
    assertThat(load("trajectories", "header.txt").exit()).isZero();
    assertThat(rows(1)).containsExactly("1 0 0.6 1.6");
    assertThat(load("trajectories", "headerhash.txt").exit()).isZero();
    assertThat(rows(1)).containsExactly("1 0 0.6 1.6");
    assertThat(load("trajectories", "semicolon.csv").exit()).isZero();
    assertThat(rows(0)).containsExactly("1 0 0.5 1.5");
    refused("no header names its columns; say --columns", again("plain.txt.gz"));
  }

  private Aw again(String name) throws IOException {
    try (var files = Files.walk(folder.resolve("out"))) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    return load("trajectories", name);
  }

  /** Spec T-57. */
  @Test
  void times_of_recordings_lie_on_a_grid_and_ids_may_be_words() throws IOException {
    assertThat(people("seconds.txt", "--time-as", "seconds", "--rate", "25").exit()).isZero();
    assertThat(rows(2)).containsExactly("1 0 0.6 1.6");
    assertThat(people("iso.txt", "--time-as", "iso", "--rate", "1").exit()).isZero();
    assertThat(rows(0)).containsExactly("1 0 9.5 54.3");
    assertThat(people("negframe.txt", "--first-tick", "auto").exit()).isZero();
    assertThat(rows(0)).containsExactly("1 0 0.5 1.5");
    assertThat(people("strid.txt").exit()).isZero();
    assertThat(rows(0)).containsExactly("0 0 veh0 0.5 1.5", "1 0 veh1 0.6 1.6");
    assertThat(people("nan.txt").exit()).isZero();
    assertThat(rows(1)).containsExactly("1 0 NaN 1.6");
    assertThat(people("deccomma.txt", "--decimal", ",").exit()).isZero();
    assertThat(rows(1)).containsExactly("1 0 0.6 1.6");
  }

  @Test
  void what_recordings_do_not_say_clearly_is_refused_by_its_line() {
    refused(
        "line 1: expected a decimal number for x, found '0,5'; numbers with a decimal comma",
        people("deccomma.txt"));
    refused("line 1: tick -2 is outside 0 to 2^63; --first-tick auto", people("negframe.txt"));
    refused(
        "line 2: time 0.04 is not on the grid of 10 ticks",
        people("seconds.txt", "--time-as", "seconds", "--rate", "10"));
  }

  /** Spec T-56. */
  @Test
  void units_and_the_frame_rate_of_a_recording_are_kept() throws IOException {
    Path file = folder.resolve("cm.txt");
    Files.writeString(file, "# framerate: 25 fps\n# id frame x/cm y[in cm]\n1 0 100 200\n");
    Path out = folder.resolve("out");
    Aw imported = Aw.run("import", "trajectories", file, "--out", out, "--json");
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(imported.json().get("units").toString()).contains("cm.x=cm").contains("cm.y=cm");
    assertThat(org.arrowworld.store.StoreInfo.read(new DiskStorage(out)).properties())
        .containsEntry("time.step", "0.04")
        .containsEntry("source.comment", "framerate: 25 fps\nid frame x/cm y[in cm]");
  }
}
