// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

/**
 * A field of a record log as a reader found it: its keys joined under one name. Immutable; belongs
 * to the reader it came from.
 */
public final class SimFieldInfo {
  private final SimLogReader reader;
  private final String name;
  private final int index;
  private final SimType type;
  private final SimType numberType;
  private final SimType integerType;
  private final long values;

  SimFieldInfo(SimLogReader reader, String name, int index, FieldSurvey.Tally tally) {
    this.reader = reader;
    this.name = name;
    this.index = index;
    this.numberType = tally.numberType();
    this.integerType = tally.integerType();
    this.type = tally.type();
    this.values = tally.values();
  }

  /** Its name, unescaped. */
  public String name() {
    return name;
  }

  /** Its place in {@link SimLogReader#fields}. */
  public int index() {
    return index;
  }

  /** The one type all its values have, or {@link SimType#MIXED}. */
  public SimType type() {
    return type;
  }

  /** How many records have a value of it. */
  public long values() {
    return values;
  }

  /** The type of its values of one kind. */
  SimType typeOf(ValueKind kind) {
    return switch (kind) {
      case NUMBER -> numberType;
      case INTEGER -> integerType;
      case STRING -> SimType.STRING;
      case BOOL -> SimType.BOOL;
    };
  }

  /** Whether some of its values have a type. */
  boolean has(SimType wanted) {
    return type == wanted || type == SimType.MIXED;
  }

  boolean belongsTo(SimLogReader other) {
    return reader == other;
  }

  @Override
  public String toString() {
    return name + " " + type;
  }
}
