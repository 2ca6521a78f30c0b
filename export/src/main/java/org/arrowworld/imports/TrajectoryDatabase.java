// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.values.Budget;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/**
 * Trajectories as JuPedSim writes them into SQLite (spec T-59): the table {@code trajectory_data}
 * of {@code frame}, {@code id} and further columns, and {@code metadata} with {@code fps}. The file
 * is read without a lock, and not changed.
 */
final class TrajectoryDatabase {
  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
  private static final String TABLE = "trajectory_data";
  private static final Map<String, String> UNITS = Map.of("pos_x", "m", "pos_y", "m");

  private final Path source;
  private final Budget budget;
  private final List<String> names = new ArrayList<>();
  private long[][] bits = {};
  private final List<BitSet> nulls = new ArrayList<>();
  private int rows;

  private TrajectoryDatabase(Path source) throws IOException {
    this.source = source;
    this.budget = new Budget(source.toString(), Files.size(source));
  }

  /** Whether a file is an SQLite database. */
  static boolean isOne(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
    }
  }

  /**
   * Reads a file.
   *
   * @throws InvalidUseException if it holds no such table, or a value that is no number
   * @throws DamagedFileException if SQLite cannot read it
   */
  static TrajectoryText.Found read(TableImportOptions options) throws IOException {
    if (!options.columns().entries().isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot name the columns of %s: a database names its own; leave --columns out",
              options.source()));
    }
    return new TrajectoryDatabase(options.source()).found(options);
  }

  private TrajectoryText.Found found(TableImportOptions options) throws IOException {
    String rate = null;
    String address = "jdbc:sqlite:" + source.toUri().toString().replace("file:///", "file:/");
    try (Connection database = DriverManager.getConnection(address + "?mode=ro&immutable=1");
        Statement statement = database.createStatement()) {
      statement.execute("pragma trusted_schema = off");
      requireTable(statement, TABLE);
      take(statement);
      if (hasTable(statement, "metadata")) {
        rate = rate(statement);
      }
    } catch (SQLException e) {
      throw new DamagedFileException(
          source.toString(), -1, "SQLite cannot read it: " + e.getMessage(), e);
    }
    if (rows == 0) {
      throw new InvalidUseException(Text.of("Cannot import %s: it holds no rows", source));
    }
    List<ForeignColumn> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      columns.add(column(i));
    }
    ForeignTable table = new ForeignTable(options.tableName(), rows, columns);
    return new TrajectoryText.Found(table, new long[0], "", rate, List.copyOf(names));
  }

  /** A table, not a view, which may compute for ever. */
  private static boolean hasTable(Statement statement, String name) throws SQLException {
    try (ResultSet found =
        statement.executeQuery(
            "select 1 from sqlite_master where type = 'table' and name = '" + name + "'")) {
      return found.next();
    }
  }

  private void requireTable(Statement statement, String name) throws SQLException {
    if (!hasTable(statement, name)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import %s: it has no table %s as JuPedSim writes it; aw info shows its tables, and how to get at them",
              source, name));
    }
  }

  private static String rate(Statement statement) throws SQLException {
    try (ResultSet found =
        statement.executeQuery("select cast(value as text) from metadata where key = 'fps'")) {
      return found.next() ? found.getString(1) : null;
    }
  }

  private void take(Statement statement) throws SQLException, IOException {
    try (ResultSet found = statement.executeQuery("select * from " + TABLE + " order by rowid")) {
      int count = found.getMetaData().getColumnCount();
      for (int i = 1; i <= count; i++) {
        String name = found.getMetaData().getColumnName(i);
        names.add(name.equals("frame") ? "tick" : name);
        nulls.add(new BitSet());
      }
      for (String required : List.of("id", "tick")) {
        if (!names.contains(required)) {
          throw new InvalidUseException(
              Text.of(
                  "Cannot import %s: its table %s has the columns %s; id and frame are needed",
                  source, TABLE, String.join(", ", names)));
        }
      }
      bits = new long[count][1024];
      while (found.next()) {
        add(found, count);
      }
    }
  }

  private void add(ResultSet found, int count) throws SQLException, IOException {
    if (rows == bits[0].length) {
      budget.claim(8L * rows * count);
      for (int i = 0; i < count; i++) {
        bits[i] = Arrays.copyOf(bits[i], 2 * rows);
      }
    }
    for (int i = 0; i < count; i++) {
      boolean key = isKey(i);
      Object value = found.getObject(i + 1);
      if (value == null && !key) {
        nulls.get(i).set(rows);
      } else if (value instanceof Number number && !(key && number instanceof Double)) {
        bits[i][rows] = key ? number.longValue() : Double.doubleToRawLongBits(number.doubleValue());
      } else {
        throw new InvalidUseException(
            Text.of(
                "Cannot import %s: row %d: %s is %s, expected a %s",
                source,
                rows + 1,
                names.get(i),
                value instanceof byte[] ? "bytes" : value,
                key ? "whole number" : "number"));
      }
    }
    rows++;
  }

  private boolean isKey(int column) {
    return names.get(column).equals("id") || names.get(column).equals("tick");
  }

  private ForeignColumn column(int i) {
    String name = names.get(i);
    ColumnType type = isKey(i) ? ColumnType.I64 : ColumnType.F64;
    ByteBuffer data = Conversion.allocate(name, type, rows).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows; row++) {
      data.putLong(8 * row, bits[i][row]);
    }
    return new ForeignColumn(
        name, type, data, nulls.get(i), List.of(), UNITS.getOrDefault(name, ""));
  }
}
