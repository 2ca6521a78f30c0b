// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.sqlite;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.rows.ExportedFile;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.OutputLock;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.LockingMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * An SQLite database that is written under a temporary name and published by {@link #commit};
 * {@link #close} without it leaves nothing. One transaction per batch of rows, indexes last.
 *
 * <p>Integers and bools are INTEGER, floats REAL, strings TEXT. A u64 from 2^63 on is the INTEGER
 * with the same 64 bits, and so negative. SQLite has no NaN: it is NULL. A REAL column may turn
 * -0.0 into 0.0; SQLite does so. The {@code val} of a log has the type of its row's key. Where the
 * rows come from is in the table {@code aw}. One thread at a time.
 */
public final class SqliteDatabase implements Closeable {
  /** The table of {@code key} and {@code value} that says where the rows come from. */
  public static final String ORIGIN = "aw";

  private final DiskStorage parent;
  private final Path target;
  private final Path temporary;
  private final OutputLock lock;
  private final Connection connection;
  private final List<String> indexes = new ArrayList<>();
  private boolean committed;
  private boolean closed;

  private SqliteDatabase(DiskStorage parent, Path target, OutputLock lock, Connection connection) {
    this.parent = parent;
    this.target = target;
    this.temporary = temporary(target);
    this.lock = lock;
    this.connection = connection;
  }

  /**
   * Begins a database beside its final name.
   *
   * @param path the file {@link #commit} publishes; one that exists is replaced then
   * @throws org.arrowworld.errors.StoreLockedException if another export writes it
   */
  public static SqliteDatabase create(Path path) throws IOException {
    Path target = AbsolutePath.of(path);
    Path directory = target.getParent();
    Files.createDirectories(directory);
    DiskStorage parent = new DiskStorage(directory);
    OutputLock lock = OutputLock.take(parent, target.getFileName().toString());
    try {
      return create(parent, target, lock);
    } catch (IOException | RuntimeException | Error e) {
      try (lock) {
        throw e;
      }
    }
  }

  private static Path temporary(Path target) {
    return target.resolveSibling(target.getFileName() + AtomicFiles.UNFINISHED);
  }

  private static SqliteDatabase create(DiskStorage parent, Path target, OutputLock lock)
      throws IOException {
    String temporary = temporary(target).getFileName().toString();
    lock.free(temporary);
    lock.free(temporary + "-journal");
    SQLiteConfig config = new SQLiteConfig();
    // Until it is published nobody needs it whole.
    config.setJournalMode(JournalMode.OFF);
    config.setSynchronous(SynchronousMode.OFF);
    config.setLockingMode(LockingMode.EXCLUSIVE);
    try {
      // As a URI, so that no character of the path means anything else.
      Connection connection = config.createConnection("jdbc:sqlite:" + uri(temporary(target)));
      SqliteDatabase database = new SqliteDatabase(parent, target, lock, connection);
      try {
        connection.setAutoCommit(false);
        database.execute("CREATE TABLE aw (key TEXT, value TEXT)");
      } catch (IOException | SQLException e) {
        database.close();
        throw e;
      }
      return database;
    } catch (SQLException e) {
      throw failed("create", target, e);
    }
  }

  private static String uri(Path path) {
    return path.toUri().toASCIIString();
  }

  /** Removes what an export of any kind left unfinished. */
  private static void discard(DiskStorage parent, Path target) throws IOException {
    String temporary = temporary(target).getFileName().toString();
    AtomicFiles.discard(parent, temporary);
    AtomicFiles.discard(parent, temporary + "-journal");
  }

  private static IOException failed(String action, Path path, SQLException e) {
    return new IOException(Text.of("Cannot %s %s: %s", action, path, e.getMessage()), e);
  }

  private void execute(String sql) throws IOException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw failed("write", target, e);
    }
  }

  /**
   * Adds the rows of a source as a table of its name.
   *
   * @throws InvalidUseException if SQLite cannot hold the table's or a column's name
   */
  public ExportedFile add(RowSource source) throws IOException {
    List<RowColumn> columns = source.columns();
    String name = source.name();
    SqliteNames.check(name, columns);
    if (name.equalsIgnoreCase(ORIGIN)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot export table '%s' to SQLite: the name is taken by the table of origins",
              name));
    }
    int keyed = source.keyed().map(RowSource.KeyedValues::valueColumn).orElse(-1);
    List<String> declared = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      String quoted = SqliteNames.quoted(columns.get(i).name());
      declared.add(i == keyed ? quoted : quoted + " " + type(columns.get(i).type()));
    }
    String table = SqliteNames.quoted(name);
    execute(Text.of("CREATE TABLE %s (%s)", table, String.join(", ", declared)));
    for (List<Integer> lookup : source.lookups()) {
      List<String> names = lookup.stream().map(i -> columns.get(i).name()).toList();
      indexes.add(
          Text.of(
              "CREATE INDEX %s ON %s (%s)",
              SqliteNames.quoted(name + "." + String.join(".", names)),
              table,
              String.join(", ", names.stream().map(SqliteNames::quoted).toList())));
    }
    String[] marks = new String[columns.size()];
    Arrays.fill(marks, "?");
    String insert = Text.of("INSERT INTO %s VALUES (%s)", table, String.join(", ", marks));
    long rows;
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      RowBinder binder = new RowBinder(statement, source);
      source.scan(
          batch -> {
            try {
              binder.insert(batch);
              connection.commit();
            } catch (SQLException e) {
              throw failed("write", target, e);
            }
          });
      rows = binder.rows();
    } catch (SQLException e) {
      throw failed("write", target, e);
    }
    origin(name, source.origin());
    return new ExportedFile(target.toString(), rows, Files.size(temporary));
  }

  private static String type(ColumnType type) {
    return switch (type) {
      case F32, F64 -> "REAL";
      case STRING -> "TEXT";
      default -> "INTEGER";
    };
  }

  private void origin(String name, Map<String, String> pairs) throws IOException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO aw VALUES (?, ?)")) {
      for (Map.Entry<String, String> pair : pairs.entrySet()) {
        insert.setString(1, name + ":" + pair.getKey());
        insert.setString(2, pair.getValue());
        insert.executeUpdate();
      }
      connection.commit();
    } catch (SQLException e) {
      throw failed("write", target, e);
    }
  }

  /** Makes the indexes and publishes the database, forced. */
  public ExportedFile commit() throws IOException {
    for (String index : indexes) {
      execute(index);
    }
    try {
      connection.commit();
      connection.close();
    } catch (SQLException e) {
      throw failed("write", target, e);
    }
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    long bytes = Files.size(temporary);
    String name = target.getFileName().toString();
    AtomicFiles.publish(parent, name + AtomicFiles.UNFINISHED, name);
    committed = true;
    return new ExportedFile(target.toString(), 0, bytes);
  }

  /** Idempotent. */
  @Override
  public void close() throws IOException {
    try (lock) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw failed("close", target, e);
      } finally {
        if (!closed && !committed) {
          discard(parent, target);
        }
        closed = true;
      }
    }
  }
}
