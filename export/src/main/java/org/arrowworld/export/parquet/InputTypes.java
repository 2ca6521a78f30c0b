// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.util.Optional;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.TimeUnit;
import org.apache.parquet.format.Type;
import org.arrowworld.export.parquet.InputColumn.Form;
import org.arrowworld.export.parquet.InputColumn.Reading;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/** What Parquet's types and annotations become in a table (spec T-8, T-31). */
final class InputTypes {
  private static final int HALF_BYTES = 2;
  private static final int UUID_BYTES = 16;

  private InputTypes() {}

  /** How a column is read without further word; empty if it is not. */
  static Optional<Reading> reading(SchemaElement element) {
    LogicalType logical = element.getLogicalType();
    if (logical != null && !logical.isSet()) {
      return Optional.empty(); // an annotation of later than this release
    }
    ConvertedType converted = logical == null ? element.getConverted_type() : null;
    Type type = element.getType();
    if (type == Type.INT96) {
      return Optional.of(
          new Reading(ColumnType.I64, Form.INT96, "nanoseconds since 1970-01-01T00:00:00", 0));
    }
    if (logical != null ? logical.isSetDECIMAL() : converted == ConvertedType.DECIMAL) {
      return decimal(element);
    }
    if (logical == null && converted == null) {
      return plain(type);
    }
    return switch (type) {
      case BYTE_ARRAY ->
          isText(logical, converted)
              ? Optional.of(Reading.of(ColumnType.STRING, Form.TEXT))
              : Optional.empty();
      case FIXED_LEN_BYTE_ARRAY ->
          logical != null && logical.isSetFLOAT16() && element.getType_length() == HALF_BYTES
              ? Optional.of(Reading.of(ColumnType.F32, Form.HALF))
              : Optional.empty();
      case INT32, INT64 -> {
        Optional<Reading> time = time(type, logical, converted);
        yield time.isPresent() ? time : integer(type, logical, converted);
      }
      default -> Optional.empty();
    };
  }

  static boolean isUuid(SchemaElement element) {
    return element.getType() == Type.FIXED_LEN_BYTE_ARRAY
        && element.getType_length() == UUID_BYTES
        && element.getLogicalType() != null
        && element.getLogicalType().isSetUUID();
  }

  private static Optional<Reading> plain(Type type) {
    return switch (type) {
      case BOOLEAN -> Optional.of(Reading.number(ColumnType.BOOL, ""));
      case FLOAT -> Optional.of(Reading.number(ColumnType.F32, ""));
      case DOUBLE -> Optional.of(Reading.number(ColumnType.F64, ""));
      case INT32 -> Optional.of(Reading.number(ColumnType.I32, ""));
      case INT64 -> Optional.of(Reading.number(ColumnType.I64, ""));
      default -> Optional.empty();
    };
  }

  private static Optional<Reading> decimal(SchemaElement element) {
    LogicalType logical = element.getLogicalType();
    int scale = logical != null ? logical.getDECIMAL().getScale() : element.getScale();
    boolean possible =
        switch (element.getType()) {
          case INT32, INT64, BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY -> true;
          default -> false;
        };
    return possible && scale >= 0
        ? Optional.of(
            new Reading(ColumnType.I64, Form.UNSCALED, scale == 0 ? "" : "1e-" + scale, scale))
        : Optional.empty();
  }

  private static boolean isText(LogicalType logical, ConvertedType converted) {
    return logical != null
        ? logical.isSetSTRING() || logical.isSetENUM() || logical.isSetJSON()
        : converted == ConvertedType.UTF8
            || converted == ConvertedType.ENUM
            || converted == ConvertedType.JSON;
  }

  private static Optional<Reading> time(Type type, LogicalType logical, ConvertedType converted) {
    ColumnType stored = type == Type.INT64 ? ColumnType.I64 : ColumnType.I32;
    String unit = null;
    if (logical != null) {
      if (logical.isSetDATE()) {
        unit = "days since 1970-01-01";
      } else if (logical.isSetTIME()) {
        unit = words(logical.getTIME().getUnit()) + " since midnight";
      } else if (logical.isSetTIMESTAMP()) {
        boolean utc = logical.getTIMESTAMP().isIsAdjustedToUTC();
        unit = since(words(logical.getTIMESTAMP().getUnit()), utc);
      }
    } else {
      unit =
          switch (converted) {
            case DATE -> "days since 1970-01-01";
            case TIME_MILLIS -> "milliseconds since midnight";
            case TIME_MICROS -> "microseconds since midnight";
            case TIMESTAMP_MILLIS -> since("milliseconds", true);
            case TIMESTAMP_MICROS -> since("microseconds", true);
            default -> null;
          };
    }
    return Optional.ofNullable(unit).map(u -> Reading.number(stored, u));
  }

  private static String since(String words, boolean utc) {
    return Text.of("%s since 1970-01-01T00:00:00%s", words, utc ? "Z" : "");
  }

  private static String words(TimeUnit unit) {
    return unit.isSetMILLIS()
        ? "milliseconds"
        : unit.isSetMICROS() ? "microseconds" : "nanoseconds";
  }

  private static Optional<Reading> integer(
      Type type, LogicalType logical, ConvertedType converted) {
    int stored = type == Type.INT32 ? 32 : 64;
    int bits;
    boolean signed;
    if (logical != null) {
      if (!logical.isSetINTEGER()) {
        return Optional.empty();
      }
      bits = logical.getINTEGER().getBitWidth();
      signed = logical.getINTEGER().isIsSigned();
    } else {
      String name = converted.name();
      if (!name.startsWith("INT_") && !name.startsWith("UINT_")) {
        return Optional.empty();
      }
      bits = Integer.parseInt(name.substring(name.indexOf('_') + 1));
      signed = name.startsWith("INT_");
    }
    boolean fits =
        bits == 64 ? stored == 64 : stored == 32 && (bits == 8 || bits == 16 || bits == 32);
    return fits
        ? Optional.of(Reading.number(ColumnType.ofLabel((signed ? "i" : "u") + bits), ""))
        : Optional.empty();
  }
}
