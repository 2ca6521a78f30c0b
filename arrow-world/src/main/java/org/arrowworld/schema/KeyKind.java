// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.Locale;

/** What a log row with a key of this kind says (spec L-4). */
public enum KeyKind {
  /** Ends a tick. */
  COMMIT,
  /** Marks a change of the schema. */
  SCHEMA,
  /** A row came into a table. */
  BORN,
  /** A row left a table. */
  DIED,
  /** Where a birth came from, or what a death was for. */
  LINEAGE,
  /** A column's value. */
  VALUE,
  /** Something happened; no table changes. */
  EVENT,
  /** Something came in from outside; no table changes. */
  INPUT;

  /** The name in {@code aw.keys}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
