// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.util.Optional;
import org.apache.parquet.column.ColumnDescriptor;
import org.arrowworld.schema.ColumnType;

/** A column of a Parquet file that is read. */
public final class InputColumn {
  private final String name;
  private final int leaf;
  private final Reading reading;
  private final Form onlyAsText;
  private final String foreign;
  private final ColumnDescriptor descriptor;
  private boolean isUnreadable;

  /** How a value is made of what is stored. */
  public enum Form {
    /** The number, or a float's bits. */
    NUMBER,
    /** UTF-8. */
    TEXT,
    /** 16 bytes as the 36 characters of a UUID. */
    UUID,
    /** Float16 to float32. */
    HALF,
    /** Twelve bytes to nanoseconds since 1970. */
    INT96,
    /** The unscaled integer of a decimal. */
    UNSCALED,
    /** The float64 that is nearest to a decimal. */
    NEAREST
  }

  /**
   * What becomes of a column's values.
   *
   * @param type the type they get
   * @param form how
   * @param unit what they mean; empty if they are plain
   * @param scale decimal digits behind the point that are part of the integer
   */
  public record Reading(ColumnType type, Form form, String unit, int scale) {
    static Reading of(ColumnType type, Form form) {
      return new Reading(type, form, "", 0);
    }

    static Reading number(ColumnType type, String unit) {
      return new Reading(type, Form.NUMBER, unit, 0);
    }
  }

  private InputColumn(
      String name,
      int leaf,
      Reading reading,
      Form onlyAsText,
      String foreign,
      ColumnDescriptor descriptor) {
    this.name = name;
    this.leaf = leaf;
    this.reading = reading;
    this.onlyAsText = onlyAsText;
    this.foreign = foreign;
    this.descriptor = descriptor;
  }

  static InputColumn of(String name, int leaf, Reading reading, ColumnDescriptor descriptor) {
    return new InputColumn(name, leaf, reading, null, null, descriptor);
  }

  /** Bytes: text only for whom asks for it. */
  static InputColumn bytes(
      String name, int leaf, Form form, String foreign, ColumnDescriptor descriptor) {
    return new InputColumn(name, leaf, null, form, foreign, descriptor);
  }

  static InputColumn foreign(String name, String why) {
    return new InputColumn(name, -1, null, null, why, null);
  }

  /** This column as one that cannot be read. */
  InputColumn without(String why) {
    InputColumn column = foreign(name, why);
    column.isUnreadable = true;
    return column;
  }

  /** Whether it would be a column, were its pages not encrypted or in a codec that is not read. */
  boolean isUnreadable() {
    return isUnreadable;
  }

  /** Its name. Columns may share one. */
  public String name() {
    return name;
  }

  /** Its type; empty if a table has none like it. */
  public Optional<ColumnType> type() {
    return Optional.ofNullable(reading).map(Reading::type);
  }

  /**
   * How it is read.
   *
   * @param asked the type that is asked for, if any
   * @return empty if it cannot be; {@link #foreign} says why
   */
  public Optional<Reading> reading(Optional<ColumnType> asked) {
    boolean text = asked.filter(t -> t == ColumnType.STRING).isPresent();
    if (reading == null) {
      return text && onlyAsText != null
          ? Optional.of(Reading.of(ColumnType.STRING, onlyAsText))
          : Optional.empty();
    }
    boolean nearest =
        reading.form == Form.UNSCALED && asked.filter(ColumnType::isFloat).isPresent();
    return Optional.of(
        nearest ? new Reading(ColumnType.F64, Form.NEAREST, "", reading.scale) : reading);
  }

  /** Why it has no type. */
  public String foreign() {
    return foreign;
  }

  /** Its number among the file's columns of values. */
  int leaf() {
    return leaf;
  }

  ColumnDescriptor descriptor() {
    return descriptor;
  }
}
