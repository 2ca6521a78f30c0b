// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.Locale;

/** The kinds of tables (spec S-5). */
public enum TableKind {
  /** Entities with ids. */
  ROW,
  /** Rows are only added; a row's id is its ordinal. */
  APPEND_ONLY,
  /** The ids of those rows of another table that have some property, and columns about them. */
  PRESENCE;

  /** The name in schemas. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
