package org.arrowworld.export.parquet;

import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;

/**
 * A column of a file.
 *
 * @param name its name
 * @param type its type
 * @param fieldId its Parquet field id, which stays when columns come and go
 * @param nulls whether it may have nulls; only strings may
 * @param preference how its values are encoded
 */
record ParquetColumn(
    String name, ColumnType type, int fieldId, Nulls nulls, Preference preference) {

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
  static final int NULL_CODE = -1;

  /** A required column encoded by its values. */
  static ParquetColumn of(Column column, int fieldId) {
    return new ParquetColumn(
        column.name(), column.type(), fieldId, Nulls.REQUIRED, Preference.BY_VALUES);
  }

  /** Bytes of one PLAIN value; 0 for strings and bools. */
  int plainBytes() {
    return switch (type) {
      case STRING, BOOL -> 0;
      case U64, I64, F64 -> 8;
      default -> 4;
    };
  }

  boolean isUnsigned() {
    return switch (type) {
      case U8, U16, U32, U64 -> true;
      default -> false;
    };
  }
}
