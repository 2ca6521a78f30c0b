// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.export.rows.EventSource;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.export.rows.WatchedRows;
import org.arrowworld.log.LogOptions;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records as SQLite tables. */
class SqliteDatabaseTest {
  @TempDir Path directory;

  private interface Use {
    void use(RowSource events) throws IOException;
  }

  private static void events(Use use, Object... record) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (SimLog log = SimLog.open(storage, LogOptions.DEFAULT)) {
      log.log(1, record);
    }
    try (SimLogReader reader = SimLogReader.open(storage)) {
      use.use(
          new EventSource(
              StoreInfo.read(storage), reader, new LogSource.Span(0, 9), reader.fields()));
    }
  }

  private static List<String> query(Path file, String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + file.toUri().toASCIIString());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }

  @Test
  void any_name_of_column_and_path_works_and_every_column_has_an_index() throws Exception {
    Path file = directory.resolve("a?b#c%41 \u00e9;mode=ro.sqlite");
    events(
        events -> {
          try (SqliteDatabase database = SqliteDatabase.create(file)) {
            assertThat(database.add(events).rows()).isOne();
            assertThat(Files.exists(file)).isFalse();
            database.commit();
          }
        },
        "a \"quoted\"; DROP TABLE events --",
        7,
        "nan",
        Double.NaN,
        "half",
        0.5,
        "yes",
        true);
    try (var names = Files.list(directory)) {
      assertThat(names).containsExactly(file);
    }
    assertThat(query(file, "SELECT \"a \"\"quoted\"\"; DROP TABLE events --\" FROM events"))
        .containsExactly("7");
    assertThat(
            query(
                file,
                "SELECT typeof(nan) || typeof(half) || typeof(yes) || typeof(record) FROM events"))
        .containsExactly("nullrealintegerinteger");
    assertThat(query(file, "SELECT count(*) FROM sqlite_master WHERE type = 'index'"))
        .containsExactly("6");
    assertThat(query(file, "EXPLAIN QUERY PLAN SELECT * FROM events WHERE half = 0.5")).hasSize(1);
    assertThat(query(file, "SELECT value FROM aw WHERE key = 'events:aw.view'"))
        .containsExactly("events");
  }

  @Test
  void names_that_differ_by_case_only_or_hold_a_nul_are_refused_and_nothing_is_left()
      throws IOException {
    Path file = directory.resolve("x.sqlite");
    events(
        events -> {
          try (SqliteDatabase database = SqliteDatabase.create(file)) {
            assertThatThrownBy(() -> database.add(events))
                .isInstanceOf(InvalidUseException.class)
                .hasMessage(
                    "Cannot export column 'A' to SQLite: there is another that differs by case only, if at all; leave it out or export to another format");
          }
        },
        "a",
        1,
        "A",
        2);
    events(
        events -> {
          try (SqliteDatabase database = SqliteDatabase.create(file)) {
            assertThatThrownBy(() -> database.add(events))
                .isInstanceOf(InvalidUseException.class)
                .hasMessage(
                    "Cannot export column 'a\\0b' to SQLite: it has a NUL; leave it out or export to another format");
          }
        },
        "a\0b",
        1);
    try (var names = Files.list(directory)) {
      assertThat(names).isEmpty();
    }
  }

  @Test
  void a_source_that_fails_leaves_no_database_and_what_stood_there_stays() throws IOException {
    Path file = directory.resolve("x.sqlite");
    Files.writeString(file, "old");
    events(
        events -> {
          RowSource failing =
              new WatchedRows(
                  events,
                  batch -> {
                    throw new IOException("the source failed");
                  });
          try (SqliteDatabase database = SqliteDatabase.create(file)) {
            assertThatThrownBy(() -> database.add(failing))
                .isInstanceOf(IOException.class)
                .hasMessage("the source failed");
          }
          assertThat(file).hasContent("old");
          try (SqliteDatabase database = SqliteDatabase.create(file)) {
            database.add(events);
            database.commit();
          }
        },
        "a",
        1);
    assertThat(Files.size(file)).isGreaterThan(3);
    try (var names = Files.list(directory)) {
      assertThat(names).containsExactly(file);
    }
  }

  @Test
  void a_second_database_of_the_name_is_refused_until_the_first_is_there() throws IOException {
    Path file = directory.resolve("x.sqlite");
    events(
        events -> {
          try (SqliteDatabase database = SqliteDatabase.create(file)) {
            database.add(events);
            assertThatThrownBy(() -> SqliteDatabase.create(file))
                .isInstanceOf(StoreLockedException.class)
                .hasMessageContaining("exporting to x.sqlite,");
            database.commit();
          }
          try (SqliteDatabase database = SqliteDatabase.create(file)) {
            database.add(events);
          }
        },
        "a",
        1);
    try (var names = Files.list(directory)) {
      assertThat(names).containsExactly(file);
    }
  }

  @Test
  void a_field_named_as_a_column_of_a_mixed_one_keeps_its_name() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (SimLog log = SimLog.open(storage, LogOptions.DEFAULT)) {
      log.log(1, "a", 1L, "A#i64", 2, "a#str_", 3, "record", 4);
      log.log(2, "a", "one");
    }
    try (SimLogReader reader = SimLogReader.open(storage);
        SqliteDatabase database = SqliteDatabase.create(directory.resolve("x.sqlite"))) {
      EventSource events =
          new EventSource(
              StoreInfo.read(storage), reader, new LogSource.Span(0, 9), reader.fields());
      assertThat(events.columns().stream().map(RowColumn::name))
          .containsExactlyInAnyOrder(
              "record_", "time", "a#i64_", "a#f64", "a#str", "a#bool", "A#i64", "a#str_", "record");
      assertThat(database.add(events).rows()).isEqualTo(2);
    }
  }

  @Test
  void a_database_takes_the_place_of_a_killed_export_of_another_kind() throws Exception {
    Path file = directory.resolve("x.sqlite");
    Files.createDirectories(directory.resolve("x.sqlite.tmp/tables"));
    Files.writeString(directory.resolve("x.sqlite.tmp.lock"), "process 1, exporting to x.sqlite");
    events(
        events -> {
          try (SqliteDatabase database = SqliteDatabase.create(file)) {
            database.add(events);
            database.commit();
          }
        },
        "a",
        1);
    assertThat(query(file, "select count(*) from events")).containsExactly("1");
    assertThat(directory.resolve("x.sqlite.tmp")).doesNotExist();
  }

  @Test
  void a_database_that_cannot_be_made_is_an_error_with_its_path() throws IOException {
    Path blocked = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> SqliteDatabase.create(blocked.resolve("x.sqlite")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("file");
  }
}
