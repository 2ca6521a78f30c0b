// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.util.Map;
import org.arrowworld.export.rows.RowBatch;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.schema.ColumnType;

/**
 * A column of a file.
 *
 * @param name its name
 * @param type its type
 * @param fieldId its Parquet field id, which stays when columns come and go
 * @param nulls whether it may have nulls
 * @param preference how its values are encoded
 * @param words what is said about it, as metadata of its Arrow field
 */
record ParquetColumn(
    String name,
    ColumnType type,
    int fieldId,
    Nulls nulls,
    Preference preference,
    Map<String, String> words) {

  /** Whether values may be missing. */
  enum Nulls {
    REQUIRED,
    OPTIONAL
  }

  /** Who chooses the encoding. */
  enum Preference {
    /** Each chunk by its own values. */
    BY_VALUES,
    /** Always DELTA_BINARY_PACKED. */
    DELTA,
    /** Always PLAIN: values that seldom repeat. */
    PLAIN
  }

  /** The code that stands for a null in an optional string column's data. */
  static final int NULL_CODE = RowBatch.NULL_CODE;

  /** The column of a file that a column of rows becomes. */
  static ParquetColumn of(RowColumn column, int fieldId) {
    boolean delta =
        column.steps() == RowColumn.Steps.SMALL
            && column.type().isInteger()
            && column.type().widthBytes() >= 4;
    return new ParquetColumn(
        column.name(),
        column.type(),
        fieldId,
        column.isOptional() ? Nulls.OPTIONAL : Nulls.REQUIRED,
        delta ? Preference.DELTA : Preference.BY_VALUES,
        column.words());
  }

  /** Bytes of one PLAIN value; 0 for strings and bools. */
  int plainBytes() {
    return switch (type) {
      case STRING, BOOL -> 0;
      case U64, I64, F64 -> 8;
      case U8, I8, U16, I16, U32, I32, F32 -> 4;
    };
  }

  boolean isUnsigned() {
    return switch (type) {
      case U8, U16, U32, U64 -> true;
      case I8, I16, I32, I64, F32, F64, BOOL, STRING -> false;
    };
  }
}
