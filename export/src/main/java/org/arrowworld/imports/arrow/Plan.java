// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.util.Optional;
import org.arrowworld.imports.arrow.StoredType.Kind;
import org.arrowworld.imports.arrow.StoredType.Unit;
import org.arrowworld.imports.values.ColumnNames;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/**
 * What becomes of a field's values (spec T-8, T-21).
 *
 * @param type the column's type
 * @param how how a value is made of what is stored
 * @param unit what a value means; empty if it is a plain number or text
 */
record Plan(ColumnType type, How how, String unit) {

  /** How values are made. */
  enum How {
    /** The bytes are the value. */
    BYTES,
    /** One bit each. */
    BITS,
    /** A byte each, anything but 0 is true. */
    BYTES_OF_BOOLS,
    /** Float16 to float32. */
    HALF,
    /** The unscaled integer. */
    UNSCALED,
    /** The nearest float. */
    NEAREST,
    /** Text or bytes. */
    TEXT,
    /** 16 bytes as a UUID's 36 characters. */
    UUID,
    /** No value at all. */
    NOTHING
  }

  /**
   * The plan for a field.
   *
   * @param asked the type that the user gave it, if any
   * @throws NoColumnException naming why there is none, and what to do
   */
  static Plan of(ArrowField field, Optional<ColumnType> asked) throws NoColumnException {
    StoredType type = field.type();
    if (!field.children().isEmpty() || isNested(type)) {
      if (type.kind() == Kind.RUN_END_ENCODED && field.children().size() == 2) {
        return runs(field, asked);
      }
      throw new NoColumnException(
          Text.of(
              "its type is %s, and a table holds no nested values; flatten it first, for instance with pyarrow's Table.flatten() or Polars' explode and unnest",
              field.label()));
    }
    boolean real = asked.filter(ColumnType::isFloat).isPresent();
    boolean text = asked.filter(t -> t == ColumnType.STRING).isPresent();
    if (type.isText() || (type.isBinary() && text)) {
      return new Plan(ColumnType.STRING, How.TEXT, "");
    }
    return switch (type.kind()) {
      case INT -> integer(field, type);
      case FLOAT ->
          type.bits() == 16
              ? new Plan(ColumnType.F32, How.HALF, "")
              : plain(type.bits() == 32 ? ColumnType.F32 : ColumnType.F64, "");
      case BOOL -> new Plan(ColumnType.BOOL, How.BITS, "");
      case DATE -> plain(ofBits(type.bits()), type.unit().words() + " since 1970-01-01");
      case TIME -> plain(ofBits(type.bits()), type.unit().words() + " since midnight");
      case DURATION -> plain(ColumnType.I64, type.unit().words());
      case TIMESTAMP ->
          plain(
              ColumnType.I64,
              Text.of(
                  "%s since 1970-01-01T00:00:00%s",
                  type.unit().words(), type.zone().isEmpty() ? "" : "Z"));
      case DECIMAL -> {
        if (type.scale() < 0) {
          throw noType(field, "write it as float64 or int64");
        }
        yield real
            ? new Plan(ColumnType.F64, How.NEAREST, "")
            : new Plan(ColumnType.I64, How.UNSCALED, type.scale() == 0 ? "" : "1e-" + type.scale());
      }
      case INTERVAL -> {
        if (type.unit() != Unit.MONTH) {
          throw noType(field, "write it as a duration");
        }
        yield plain(ColumnType.I32, "months");
      }
      case FIXED_SIZE_BINARY -> {
        boolean uuid = field.extension().filter("arrow.uuid"::equals).isPresent();
        if (text && uuid && type.bits() == 128) {
          yield new Plan(ColumnType.STRING, How.UUID, "");
        }
        throw noType(field, uuid ? asText(field) : "write it as text or numbers");
      }
      case BINARY, LARGE_BINARY, BINARY_VIEW ->
          throw noType(field, "if it holds text, " + asText(field));
      case NULL ->
          asked
              .map(t -> new Plan(t, How.NOTHING, ""))
              .orElseThrow(() -> noType(field, "all its values are null"));
      default -> throw noType(field, "write it as numbers or text");
    };
  }

  private static Plan runs(ArrowField field, Optional<ColumnType> asked) throws NoColumnException {
    ArrowField values = field.children().get(1);
    if (values.index().isPresent() || values.type().kind() == Kind.RUN_END_ENCODED) {
      throw noType(field, "write it without the runs");
    }
    return of(values.named(field.name()), asked);
  }

  private static NoColumnException noType(ArrowField field, String advice) {
    return new NoColumnException(Text.of("its type is %s; %s", field.label(), advice));
  }

  private static String asText(ArrowField field) {
    return "take it as text with " + ColumnNames.advice(field.name(), ":string");
  }

  private static boolean isNested(StoredType type) {
    return switch (type.kind()) {
      case LIST,
          LARGE_LIST,
          FIXED_SIZE_LIST,
          LIST_VIEW,
          LARGE_LIST_VIEW,
          STRUCT,
          MAP,
          SPARSE_UNION,
          DENSE_UNION,
          RUN_END_ENCODED ->
          true;
      default -> false;
    };
  }

  private static Plan integer(ArrowField field, StoredType type) {
    boolean bool8 = field.extension().filter("arrow.bool8"::equals).isPresent();
    if (type.bits() == 8 && type.signed() && bool8) {
      return new Plan(ColumnType.BOOL, How.BYTES_OF_BOOLS, "");
    }
    if (type.bits() == 8 && !type.signed() && "bool".equals(field.metadata().get("aw.type"))) {
      return plain(ColumnType.BOOL, "");
    }
    return plain(ColumnType.ofLabel((type.signed() ? "i" : "u") + type.bits()), "");
  }

  private static ColumnType ofBits(int bits) {
    return bits == 32 ? ColumnType.I32 : ColumnType.I64;
  }

  private static Plan plain(ColumnType type, String unit) {
    return new Plan(type, How.BYTES, unit);
  }

  /** The extension that is passed over for what it is stored as, for the report. */
  static Optional<String> passedOver(ArrowField field) {
    return field.extension().filter(e -> !e.equals("arrow.bool8"));
  }
}
