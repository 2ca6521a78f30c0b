// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.Optional;

/**
 * An event or input that rows of the log can report.
 *
 * @param name its name without the table's or {@code in.}
 * @param type type of its value
 * @param refersTo the table whose ids its values are, if they are ids
 */
public record EventKind(String name, ColumnType type, Optional<String> refersTo) {
  public EventKind {
    Names.check("event", name);
  }

  public static EventKind of(String name, ColumnType type) {
    return new EventKind(name, type, Optional.empty());
  }

  /** An event whose value is the id of a row of another table. */
  public static EventKind reference(String name, String table) {
    return new EventKind(name, ColumnType.U32, Optional.of(table));
  }
}
