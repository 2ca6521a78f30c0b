package org.arrowworld.export.parquet;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type.Repetition;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/** The columns a footer declares: flat ones with their types, others with why they have none. */
final class InputSchema {
  private static final int MAX_DEPTH = 64;

  private final String file;
  private final List<SchemaElement> elements;
  private final List<InputColumn> columns = new ArrayList<>();
  private int at = 1;
  private int leaves;

  private InputSchema(String file, List<SchemaElement> elements) {
    this.file = file;
    this.elements = elements;
  }

  /** The columns, and how many columns of values the file has. */
  record Columns(List<InputColumn> columns, int leaves) {}

  static Columns read(String file, List<SchemaElement> elements) throws DamagedFileException {
    return new InputSchema(file, elements).read();
  }

  private Columns read() throws DamagedFileException {
    if (elements.isEmpty() || elements.get(0).getNum_children() < 0) {
      throw new DamagedFileException(file, -1, "its schema has no root");
    }
    int children = elements.get(0).getNum_children();
    for (int i = 0; i < children; i++) {
      SchemaElement element = next();
      if (element.getNum_children() > 0) {
        skip(element.getNum_children(), 1);
        columns.add(InputColumn.foreign(element.getName(), "it is nested"));
      } else {
        columns.add(column(element, leaves++));
      }
    }
    if (at != elements.size()) {
      throw new DamagedFileException(
          file, -1, Text.of("its schema has %d elements, %d of them used", elements.size(), at));
    }
    Set<String> names = new HashSet<>();
    for (InputColumn column : columns) {
      if (!names.add(column.name())) {
        throw new DamagedFileException(
            file, -1, Text.of("two columns are called '%s'", column.name()));
      }
    }
    return new Columns(columns, leaves);
  }

  private SchemaElement next() throws DamagedFileException {
    if (at >= elements.size()) {
      throw new DamagedFileException(file, -1, "its schema ends too early");
    }
    return elements.get(at++);
  }

  private void skip(int children, int depth) throws DamagedFileException {
    if (depth > MAX_DEPTH) {
      throw new DamagedFileException(
          file, -1, Text.of("its schema is nested more than %d deep", MAX_DEPTH));
    }
    for (int i = 0; i < children; i++) {
      SchemaElement element = next();
      if (element.getNum_children() > 0) {
        skip(element.getNum_children(), depth + 1);
      } else {
        leaves++;
      }
    }
  }

  private static InputColumn column(SchemaElement element, int leaf) {
    String name = element.getName();
    if (element.getType() == null || element.getRepetition_type() == null) {
      return InputColumn.foreign(name, "it has no type");
    }
    if (element.getRepetition_type() == FieldRepetitionType.REPEATED) {
      return InputColumn.foreign(name, "it is a list");
    }
    boolean optional = element.getRepetition_type() == FieldRepetitionType.OPTIONAL;
    Type physical = element.getType();
    if (physical == Type.INT96 || physical == Type.FIXED_LEN_BYTE_ARRAY) {
      return InputColumn.foreign(name, "its Parquet type is " + described(element));
    }
    ColumnDescriptor descriptor =
        new ColumnDescriptor(
            new String[] {name},
            new PrimitiveType(
                optional ? Repetition.OPTIONAL : Repetition.REQUIRED,
                PrimitiveTypeName.valueOf(physical == Type.BYTE_ARRAY ? "BINARY" : physical.name()),
                name),
            0,
            optional ? 1 : 0);
    if (isTime(element)) {
      ColumnType stored = physical == Type.INT64 ? ColumnType.I64 : ColumnType.I32;
      return InputColumn.ticks(name, leaf, stored, descriptor);
    }
    ColumnType type = type(element);
    return type == null
        ? InputColumn.foreign(name, "its Parquet type is " + described(element))
        : InputColumn.of(name, leaf, type, descriptor);
  }

  private static String described(SchemaElement element) {
    Object annotation =
        element.getLogicalType() != null
            ? element.getLogicalType().getSetField()
            : element.getConverted_type();
    return annotation == null
        ? element.getType().toString()
        : Text.of("%s (%s)", element.getType(), annotation);
  }

  private static boolean isTime(SchemaElement element) {
    LogicalType logical = element.getLogicalType();
    if (logical != null && logical.isSet()) {
      return logical.isSetDATE() || logical.isSetTIME() || logical.isSetTIMESTAMP();
    }
    ConvertedType converted = element.getConverted_type();
    return converted == ConvertedType.DATE
        || converted == ConvertedType.TIME_MILLIS
        || converted == ConvertedType.TIME_MICROS
        || converted == ConvertedType.TIMESTAMP_MILLIS
        || converted == ConvertedType.TIMESTAMP_MICROS;
  }

  /** The type, null if a table has none like it. */
  private static ColumnType type(SchemaElement element) {
    LogicalType logical =
        element.getLogicalType() != null && element.getLogicalType().isSet()
            ? element.getLogicalType()
            : null;
    ConvertedType converted = logical == null ? element.getConverted_type() : null;
    boolean plain = logical == null && converted == null;
    return switch (element.getType()) {
      case BOOLEAN -> plain ? ColumnType.BOOL : null;
      case FLOAT -> plain ? ColumnType.F32 : null;
      case DOUBLE -> plain ? ColumnType.F64 : null;
      case BYTE_ARRAY -> isText(logical, converted) ? ColumnType.STRING : null;
      case INT32, INT64 -> {
        int bits = element.getType() == Type.INT32 ? 32 : 64;
        yield plain ? ColumnType.ofLabel("i" + bits) : integer(logical, converted, bits);
      }
      default -> null;
    };
  }

  private static boolean isText(LogicalType logical, ConvertedType converted) {
    return logical != null
        ? logical.isSetSTRING() || logical.isSetENUM() || logical.isSetJSON()
        : converted == ConvertedType.UTF8
            || converted == ConvertedType.ENUM
            || converted == ConvertedType.JSON;
  }

  private static ColumnType integer(LogicalType logical, ConvertedType converted, int stored) {
    int bits;
    boolean signed;
    if (logical != null) {
      if (!logical.isSetINTEGER()) {
        return null;
      }
      bits = logical.getINTEGER().getBitWidth();
      signed = logical.getINTEGER().isIsSigned();
    } else {
      String name = converted.name();
      int underscore = name.indexOf('_');
      if (!name.startsWith("INT_") && !name.startsWith("UINT_")) {
        return null;
      }
      bits = Integer.parseInt(name.substring(underscore + 1));
      signed = name.startsWith("INT_");
    }
    boolean fits =
        bits == 64 ? stored == 64 : stored == 32 && (bits == 8 || bits == 16 || bits == 32);
    return fits ? ColumnType.ofLabel((signed ? "i" : "u") + bits) : null;
  }
}
