// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables with an entity and a time as histories (spec T-50 to T-54). */
class ImportHistoryTest {
  @TempDir Path folder;

  private Aw load(String text, String... more) throws IOException {
    Path file = folder.resolve("run.csv");
    Files.writeString(file, text);
    List<Object> args = new ArrayList<>(List.of("import", "csv", file));
    args.addAll(List.of("--entity", "who", "--time", "when"));
    args.addAll(List.of("--out", folder.resolve("out"), "--replace", "--json"));
    args.addAll(List.of(more));
    return Aw.run(args.toArray());
  }

  private void refused(String text, Aw imported) {
    assertThat(imported.exit()).as(imported.out()).isEqualTo(Exit.FAILURE);
    assertThat(imported.err()).contains(text);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  /** Rows of the log without its commits: tick, id, key, value. */
  private List<String> log() {
    Aw log = Aw.run("log", folder.resolve("out"), "--json");
    assertThat(log.exit()).as(log.err()).isZero();
    List<String> rows = new ArrayList<>();
    for (Object line : log.jsonLines()) {
      var row = (java.util.Map<?, ?>) line;
      if (!"tick.commit".equals(row.get("key"))) {
        Object value = row.get("text") == null ? row.get("val") : row.get("text");
        rows.add(Text.of("%s %s %s %s", row.get("tick"), row.get("rid"), row.get("key"), value));
      }
    }
    return rows;
  }

  private Path database(String... statements) throws SQLException, IOException {
    Path file = folder.resolve("run.sqlite");
    Files.deleteIfExists(file);
    try (Connection made = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = made.createStatement()) {
      for (String one : statements) {
        statement.execute(one);
      }
    }
    return file;
  }

  private Aw people(Path file, String... more) {
    List<Object> args = new ArrayList<>(List.of("import", "trajectories", file));
    args.addAll(List.of("--table", "run", "--out", folder.resolve("out"), "--replace", "--json"));
    args.addAll(List.of(more));
    return Aw.run(args.toArray());
  }

  /** Spec T-59. */
  @Test
  void a_database_of_jupedsim_is_the_history_that_the_same_text_is() throws Exception {
    Path file =
        database(
            "create table metadata (key text, value text)",
            "insert into metadata values ('version', '2'), ('fps', '10.0')",
            "create table trajectory_data (frame integer, id integer, pos_x real, pos_y real)",
            "insert into trajectory_data values (0, 1, 0.5, 1), (0, 2, 3.25, -0.125), (1, 2, 4, 0),"
                + " (2, 1, 7, null), (2, 2, 5, 0.1)");
    Aw imported = people(file);
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(imported.json().get("units").toString()).contains("run.pos_x=m");
    List<String> rows = log();
    assertThat(StoreInfo.read(new DiskStorage(folder.resolve("out"))).properties())
        .containsEntry("time.step", "0.1");
    Path text =
        Files.writeString(
            folder.resolve("run.txt"), "1 0 .5 1\n2 0 3.25 -.125\n2 1 4 0\n1 2 7 0\n2 2 5 .1\n");
    Aw same = people(text, "--columns", "id,tick,pos_x,pos_y");
    assertThat(same.exit()).as(same.err()).isZero();
    assertThat(log()).isEqualTo(rows);
    assertThat(Aw.run("info", file).out()).contains("aw import trajectories " + file);
  }

  @Test
  void a_database_without_trajectories_or_with_odd_values_is_refused_by_name() throws Exception {
    refused("it has no table trajectory_data", people(database("create table t (a)")));
    String table = "create table trajectory_data (frame, id, pos_x)";
    refused(
        "row 1: pos_x is far, expected a number",
        people(database(table, "insert into trajectory_data values (0, 1, 'far')")));
    refused(
        "row 1: tick is 0.5, expected a whole number",
        people(database(table, "insert into trajectory_data values (0.5, 1, 1.0)")));
    refused("it holds no rows", people(database(table)));
    refused("a database names its own", people(database(table), "--columns", "id,tick,x"));
    refused(
        "it has no table trajectory_data",
        people(database("create view trajectory_data as select 0 as frame, 1 as id")));
    Path cut = Files.writeString(folder.resolve("run.sqlite"), "SQLite format 3\0and no more");
    refused("SQLite cannot read it", people(cut));
  }

  @Test
  void each_time_is_a_tick_and_who_has_no_row_dies_and_returns_as_another() throws IOException {
    Aw imported = load("who,when,x\n7,0,1.5\n8,0,2\n8,1.0,3\n7,2e0,4\n8,2,5\n");
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(imported.json()).containsEntry("ticks", 3).containsEntry("births", 3);
    assertThat(log().stream().filter(r -> r.contains("died")))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("1 7 run.died");
    assertThat(Aw.run("verify", folder.resolve("out"), "--deep").exit()).isZero();
    load("who,when,x\n7,0,1.5\n8,0,2\n8,1,3\n7,2,4\n8,2,5\n", "--keep");
    assertThat(log()).noneMatch(r -> r.contains("died"));
  }

  /** Spec T-51, T-53. */
  @Test
  void words_are_entities_numbered_by_appearance_and_a_null_writes_no_row() throws IOException {
    Aw imported = load("who,when,n\nb,1,5\na,0,6\nb,2,\n", "--columns", "n=n:i64");
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(StoreInfo.read(new DiskStorage(folder.resolve("out"))).schema().tables().toString())
        .contains("name=who, type=STRING")
        .contains("name=n, type=I64");
    assertThat(log()).anyMatch(r -> r.startsWith("1 0 run.who b"));
    assertThat(log()).noneMatch(r -> r.startsWith("2 0 run.n"));
    load("who,when,n\nb,1,5\na,0,6\nb,2,\n", "--columns", "n=n:i64?9");
    assertThat(log()).contains("2 0 run.n 9");
  }

  /** Spec T-50: a float is named by its shortest decimal, on every JDK and in Python. */
  @Test
  void floats_are_entities_by_their_shortest_decimal() throws IOException {
    Aw imported = load("who,when\n2e+23,0\n1e-40,0\n4.9e-324,0\n2.5,0\n");
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(log().stream().filter(r -> r.contains("run.who")).map(r -> r.split(" ")[3]))
        .containsExactly(
            "2" + "0".repeat(23), "0." + "0".repeat(39) + "1", "0." + "0".repeat(323) + "5", "2.5");
  }

  /** Spec T-52. */
  @Test
  void seconds_and_iso_times_lie_on_a_grid() throws IOException {
    String seconds = "who,when,x\n1,0.00,1\n1,0.04,2\n1,0.08,3\n";
    Aw imported = load(seconds, "--time-as", "seconds", "--rate", "25");
    assertThat(imported.json()).containsEntry("last_tick", 2);
    assertThat(StoreInfo.read(new DiskStorage(folder.resolve("out"))).properties())
        .containsEntry("time.step", "0.04")
        .containsEntry("time.unit", "s");
    String iso = "who,when,x\n1,2023-01-01T00:00:01+01:00,1\n1,2022-12-31 23:00:03,2\n";
    assertThat(load(iso, "--time-as", "iso", "--rate", "1").json()).containsEntry("last_tick", 2);
    assertThat(StoreInfo.read(new DiskStorage(folder.resolve("out"))).properties())
        .containsEntry("time.start", "2022-12-31T23:00:01Z");
  }

  /** Spec T-52. */
  @Test
  void a_time_off_the_grid_is_refused_with_its_line_or_snapped() throws IOException {
    String off = "who,when,x\n1,0,1\n\n1,0.05,2\n";
    refused(
        "line 4: time 0.05 is not on the grid of 25 ticks a second; --snap",
        load(off, "--time-as", "seconds", "--rate", "25"));
    assertThat(load(off, "--time-as", "seconds", "--rate", "25", "--snap").json())
        .containsEntry("last_tick", 1);
  }

  @Test
  void times_before_zero_are_refused_or_shifted() throws IOException {
    String early = "who,when,x\n1,-2,1\n1,-1,2\n";
    refused("line 2: tick -2 is outside 0 to 2^63; --first-tick auto", load(early));
    assertThat(load(early, "--first-tick", "auto").json())
        .containsEntry("first_tick", 0)
        .containsEntry("last_tick", 1);
    assertThat(StoreInfo.read(new DiskStorage(folder.resolve("out"))).properties())
        .containsEntry("import.first_tick", "-2");
  }

  @Test
  void what_is_no_history_is_refused_by_its_place() throws IOException {
    refused(
        "line 3: entity 1 stands twice at tick 0, first on line 2", load("who,when\n1,0\n1,0\n"));
    refused("line 2: expected a number in column 'when', found 'x'", load("who,when\n1,x\n"));
    refused("Cannot find column 'when': there are [who, x]", load("who,x\n1,2\n"));
    refused("it has no rows", load("who,when\n"));
    assertThat(load("who,when\n1,2\n", "--time-as", "iso").exit()).isEqualTo(Exit.USAGE);
  }
}
