package org.arrowworld.schema;

import java.util.Optional;
import java.util.Set;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * A value column of a table.
 *
 * @param name its name
 * @param type its type
 * @param defaultBits what a new row holds: the {@code val} pattern of a log row with that value; 0
 *     and unused for strings, which have no default
 * @param refersTo the row table whose ids its values are, if they are ids (spec S-14): u32, and
 *     {@link #NO_ROW} where there is none
 */
public record Column(String name, ColumnType type, long defaultBits, Optional<String> refersTo) {

  /** The value of an id column that names no row: also what a new row holds there. */
  public static final long NO_ROW = 0xFFFF_FFFFL;

  private static final long NO_ROW_BITS = Values.ofInteger(NO_ROW);

  public Column {
    Names.check("column", name);
    if (refersTo.isPresent() && (type != ColumnType.U32 || defaultBits != NO_ROW_BITS)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot define column '%s' of type %s with ids of table '%s': ids are u32, and its default is %d, no row",
              name, type.label(), refersTo.get(), NO_ROW));
    }
  }

  /** A column of plain values. */
  public Column(String name, ColumnType type, long defaultBits) {
    this(name, type, defaultBits, Optional.empty());
  }

  /** A column whose default is zero or false. */
  public static Column of(String name, ColumnType type) {
    return new Column(name, type, 0);
  }

  /** A column of the ids of another table's rows, or {@link #NO_ROW}, where each row begins. */
  public static Column reference(String name, String table) {
    return new Column(name, ColumnType.U32, NO_ROW_BITS, Optional.of(table));
  }

  /** This column in a world of these tables: plain numbers, if the one it names is not there. */
  public Column amongTables(Set<String> tables) {
    boolean asItIs = refersTo.isEmpty() || tables.contains(refersTo.get());
    return asItIs ? this : new Column(name, type, defaultBits);
  }

  /** This column under another name. */
  public Column renamed(String to) {
    return new Column(to, type, defaultBits, refersTo);
  }
}
