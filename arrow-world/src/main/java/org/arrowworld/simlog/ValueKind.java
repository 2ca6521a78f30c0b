// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import org.arrowworld.schema.ColumnType;

/** The kinds of values a field's keys carry, one key per kind (spec G-4). */
enum ValueKind {
  /** A float64, or an integer of at most 2^53 in magnitude. */
  NUMBER(0, "num", ColumnType.F64),
  /** An integer beyond 2^53 in magnitude. */
  INTEGER(1, "i64", ColumnType.I64),
  /** A word. */
  STRING(2, "str", ColumnType.STRING),
  /** True or false. */
  BOOL(3, "bool", ColumnType.BOOL);

  /** How many there are. */
  static final int COUNT = 4;

  private final int index;
  private final String suffix;
  private final ColumnType type;

  ValueKind(int index, String suffix, ColumnType type) {
    this.index = index;
    this.suffix = suffix;
    this.type = type;
  }

  /** Its place in arrays by kind, below {@link #COUNT}. */
  int index() {
    return index;
  }

  /** What follows {@code #} in the name of a key of this kind. */
  String suffix() {
    return suffix;
  }

  /** The type its keys are declared with. */
  ColumnType type() {
    return type;
  }

  /** Whether a key of this kind may have the field's bare name. */
  boolean mayBeBare() {
    return this != INTEGER;
  }
}
