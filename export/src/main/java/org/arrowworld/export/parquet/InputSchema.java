// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import org.arrowworld.imports.values.ColumnNames;
import org.arrowworld.internal.Text;

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
        columns.add(InputColumn.foreign(element.getName(), nested(element)));
      } else {
        columns.add(column(element, leaves++));
      }
    }
    if (at != elements.size()) {
      throw new DamagedFileException(
          file, -1, Text.of("its schema has %d elements, %d of them used", elements.size(), at));
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

  private static String nested(SchemaElement element) {
    String kind = annotation(element).map(a -> "a " + a).orElse("a group of columns");
    return Text.of(
        "its type is %s, and a table holds no nested values; flatten it first, for instance with pyarrow's Table.flatten() or Polars' explode and unnest",
        kind);
  }

  private static InputColumn column(SchemaElement element, int leaf) {
    String name = element.getName();
    if (element.getType() == null || element.getRepetition_type() == null) {
      return InputColumn.foreign(name, "it has no type");
    }
    if (element.getRepetition_type() == FieldRepetitionType.REPEATED) {
      return InputColumn.foreign(
          name,
          Text.of(
              "its type is a list of %s, and a table holds no nested values; explode it first, for instance with Polars' explode",
              described(element)));
    }
    boolean fixed = element.getType() == Type.FIXED_LEN_BYTE_ARRAY;
    if (fixed && element.getType_length() <= 0) {
      return InputColumn.foreign(name, "its type has no bytes");
    }
    boolean optional = element.getRepetition_type() == FieldRepetitionType.OPTIONAL;
    Repetition repetition = optional ? Repetition.OPTIONAL : Repetition.REQUIRED;
    PrimitiveTypeName stored =
        PrimitiveTypeName.valueOf(
            element.getType() == Type.BYTE_ARRAY ? "BINARY" : element.getType().name());
    ColumnDescriptor descriptor =
        new ColumnDescriptor(
            new String[] {name},
            fixed
                ? new PrimitiveType(repetition, stored, element.getType_length(), name)
                : new PrimitiveType(repetition, stored, name),
            0,
            optional ? 1 : 0);
    return InputTypes.reading(element)
        .map(reading -> InputColumn.of(name, leaf, reading, descriptor))
        .orElseGet(() -> bytes(element, leaf, descriptor));
  }

  private static InputColumn bytes(SchemaElement element, int leaf, ColumnDescriptor descriptor) {
    String name = element.getName();
    String type = "its Parquet type is " + described(element);
    String asText = "take it as text with " + ColumnNames.advice(name, ":string");
    boolean plain = annotation(element).isEmpty();
    if (element.getType() == Type.BYTE_ARRAY && plain) {
      return InputColumn.bytes(
          name, leaf, InputColumn.Form.TEXT, type + "; if it holds text, " + asText, descriptor);
    }
    if (InputTypes.isUuid(element)) {
      return InputColumn.bytes(name, leaf, InputColumn.Form.UUID, type + "; " + asText, descriptor);
    }
    return InputColumn.foreign(name, type + "; write it as numbers or text");
  }

  private static String described(SchemaElement element) {
    String type = element.getType().toString();
    return annotation(element).map(a -> Text.of("%s (%s)", type, a)).orElse(type);
  }

  private static Optional<String> annotation(SchemaElement element) {
    if (element.getLogicalType() != null) {
      LogicalType._Fields set = element.getLogicalType().getSetField();
      return Optional.of(set == null ? "of an unknown annotation" : set.getFieldName());
    }
    return Optional.ofNullable(element.getConverted_type()).map(ConvertedType::name);
  }
}
