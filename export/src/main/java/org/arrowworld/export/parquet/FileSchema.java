// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.IntType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.Type;
import org.arrowworld.schema.ColumnType;

/** The schema of a file, as Parquet and as Arrow state it. */
final class FileSchema {
  /** Footer key under which Arrow readers look for the Arrow schema. */
  static final String ARROW_KEY = "ARROW:schema";

  private FileSchema() {}

  /** The physical type of a column type. */
  static Type physical(ColumnType type) {
    return switch (type) {
      case BOOL -> Type.BOOLEAN;
      case U64, I64 -> Type.INT64;
      case F32 -> Type.FLOAT;
      case F64 -> Type.DOUBLE;
      case STRING -> Type.BYTE_ARRAY;
      default -> Type.INT32;
    };
  }

  /** The schema elements, root first. */
  static List<SchemaElement> elements(List<ParquetColumn> columns) {
    List<SchemaElement> elements = new ArrayList<>();
    SchemaElement root = new SchemaElement("schema");
    root.setNum_children(columns.size());
    elements.add(root);
    columns.forEach(column -> elements.add(element(column)));
    return elements;
  }

  private static SchemaElement element(ParquetColumn column) {
    SchemaElement element = new SchemaElement(column.name());
    element.setType(physical(column.type()));
    element.setRepetition_type(
        column.nulls() == ParquetColumn.Nulls.OPTIONAL
            ? FieldRepetitionType.OPTIONAL
            : FieldRepetitionType.REQUIRED);
    element.setField_id(column.fieldId());
    if (column.type() == ColumnType.STRING) {
      element.setConverted_type(ConvertedType.UTF8);
      element.setLogicalType(LogicalType.STRING(new StringType()));
    } else if (column.type().isInteger()) {
      int bits = 8 * column.type().widthBytes();
      boolean signed = !column.isUnsigned();
      element.setConverted_type(ConvertedType.valueOf((signed ? "INT_" : "UINT_") + bits));
      element.setLogicalType(LogicalType.INTEGER(new IntType((byte) bits, signed)));
    }
    return element;
  }

  /**
   * The value of {@link #ARROW_KEY}: the schema as a base64 IPC message. It repeats the footer's
   * pairs, because pyarrow shows those of the Arrow schema only.
   */
  static String arrow(List<ParquetColumn> columns, Map<String, String> pairs) {
    List<Field> fields = new ArrayList<>();
    for (ParquetColumn column : columns) {
      DictionaryEncoding dictionary =
          column.type() == ColumnType.STRING
              ? new DictionaryEncoding(fields.size(), false, new ArrowType.Int(32, true))
              : null;
      fields.add(
          new Field(
              column.name(),
              new FieldType(
                  column.nulls() == ParquetColumn.Nulls.OPTIONAL,
                  arrowType(column),
                  dictionary,
                  column.words()),
              List.of()));
    }
    return Base64.getEncoder().encodeToString(new Schema(fields, pairs).serializeAsMessage());
  }

  private static ArrowType arrowType(ParquetColumn column) {
    return switch (column.type()) {
      case BOOL -> new ArrowType.Bool();
      case STRING -> new ArrowType.Utf8();
      case F32 -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
      case F64 -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
      default -> new ArrowType.Int(8 * column.type().widthBytes(), !column.isUnsigned());
    };
  }
}
