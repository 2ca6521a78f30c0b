package org.arrowworld.schema;

/**
 * A value column of a table.
 *
 * @param name its name
 * @param type its type
 * @param defaultBits what a new row holds: the {@code val} pattern of a log row with that value; 0
 *     and unused for strings, which have no default
 */
public record Column(String name, ColumnType type, long defaultBits) {
  public Column {
    Names.check("column", name);
  }

  /** A column whose default is zero or false. */
  public static Column of(String name, ColumnType type) {
    return new Column(name, type, 0);
  }
}
