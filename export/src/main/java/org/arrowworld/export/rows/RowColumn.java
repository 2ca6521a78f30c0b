// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;

/**
 * A column of a {@link RowSource}.
 *
 * @param name its name; any text
 * @param type its type
 * @param nulls whether values may be missing
 * @param steps how values follow each other, for encodings that profit from it
 * @param words what is said about it: {@link Column#UNIT} and {@link Column#DOC}, where there are
 *     any
 */
public record RowColumn(
    String name, ColumnType type, Nulls nulls, Steps steps, Map<String, String> words) {

  public RowColumn {
    words = Collections.unmodifiableMap(new LinkedHashMap<>(words));
  }

  /** Whether values may be missing. */
  public enum Nulls {
    REQUIRED,
    OPTIONAL
  }

  /** How values follow each other. */
  public enum Steps {
    /** Nothing is known. */
    ANY,
    /** Most differ little from the value before. */
    SMALL
  }

  /** A table's column. */
  public static RowColumn of(Column column) {
    return new RowColumn(column.name(), column.type(), Nulls.REQUIRED, Steps.ANY, column.words());
  }

  /** A column without nulls. */
  public static RowColumn required(String name, ColumnType type) {
    return new RowColumn(name, type, Nulls.REQUIRED, Steps.ANY, Map.of());
  }

  /** A column without nulls whose values differ little from row to row. */
  public static RowColumn counting(String name, ColumnType type) {
    return new RowColumn(name, type, Nulls.REQUIRED, Steps.SMALL, Map.of());
  }

  /** A column with nulls. */
  public static RowColumn optional(String name, ColumnType type) {
    return new RowColumn(name, type, Nulls.OPTIONAL, Steps.ANY, Map.of());
  }

  /**
   * A name of ours, with {@code _} appended while another column has it, case aside.
   *
   * @param taken names in lower case; the name is added
   */
  static String free(String wanted, Set<String> taken) {
    String name = wanted;
    while (!taken.add(name.toLowerCase(Locale.ROOT))) {
      name += "_";
    }
    return name;
  }

  /** Whether values may be missing. */
  public boolean isOptional() {
    return nulls == Nulls.OPTIONAL;
  }

  /** This column with another type. */
  public RowColumn with(ColumnType other) {
    return new RowColumn(name, other, nulls, steps, words);
  }
}
