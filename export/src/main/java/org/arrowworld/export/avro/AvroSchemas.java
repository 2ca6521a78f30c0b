// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.avro;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;

/** Schemas of Avro files. */
final class AvroSchemas {
  private AvroSchemas() {}

  /** A record of these columns in the namespace {@code org.arrowworld}. */
  static Schema of(String name, List<RowColumn> columns) {
    List<Schema.Field> fields = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (RowColumn column : columns) {
      String allowed = allowed(column.name());
      String unique = allowed;
      for (int i = 2; !taken.add(unique); i++) {
        unique = allowed + "_" + i;
      }
      fields.add(field(unique, column));
    }
    return Schema.createRecord(allowed(name), null, "org.arrowworld", false, fields);
  }

  private static String allowed(String name) {
    String letters = name.replaceAll("[^A-Za-z0-9_]", "_");
    return letters.isEmpty() || Character.isDigit(letters.charAt(0)) ? "_" + letters : letters;
  }

  private static Schema.Field field(String name, RowColumn column) {
    Schema schema = Schema.create(type(column.type()));
    String doc = column.words().get(Column.DOC);
    Schema.Field field =
        column.isOptional()
            ? new Schema.Field(
                name,
                Schema.createUnion(Schema.create(Schema.Type.NULL), schema),
                doc,
                JsonProperties.NULL_VALUE)
            : new Schema.Field(name, schema, doc);
    field.addProp("aw.type", column.type().label());
    String unit = column.words().get(Column.UNIT);
    if (unit != null) {
      field.addProp(Column.UNIT, unit);
    }
    if (!name.equals(column.name())) {
      field.addProp("aw.name", column.name());
    }
    return field;
  }

  private static Schema.Type type(ColumnType type) {
    return switch (type) {
      case U8, I8, U16, I16, I32 -> Schema.Type.INT;
      case U32, U64, I64 -> Schema.Type.LONG;
      case F32 -> Schema.Type.FLOAT;
      case F64 -> Schema.Type.DOUBLE;
      case BOOL -> Schema.Type.BOOLEAN;
      case STRING -> Schema.Type.STRING;
    };
  }
}
