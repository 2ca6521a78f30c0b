// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.arrowworld.internal.json.Json;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.junit.jupiter.api.Test;

/** Python's test_plainest_schema.py reads the same file. */
class PlainestSchemaTest {
  private static final Path FILE =
      PythonEnvironment.repositoryRoot().resolve("interop-tests/plainest-schema.json");

  @Test
  void the_plainest_schema_is_the_same_in_java_and_python() throws IOException {
    TableSchema.Builder ship = TableSchema.row("ship").reference("home", "port");
    for (ColumnType type : ColumnType.values()) {
      ship.column("c_" + type.label(), type);
    }
    WorldSchema schema =
        WorldSchema.of(
            ship.event(EventKind.of("hit", ColumnType.F64)).build(),
            TableSchema.row("port").externalIds().build(),
            TableSchema.appendOnly("reading").column("value", ColumnType.F64).build(),
            TableSchema.presence("docked", "ship"));
    String actual =
        Json.write(SchemaJson.schema(schema)) + "\n" + SchemaJson.keys(schema.keys()) + "\n";
    if (Boolean.getBoolean("aw.regenerate")) {
      Files.writeString(FILE, actual);
    }
    assertThat(actual).isEqualTo(Files.readString(FILE));
    assertThat(schema.table("ship").columns()).first().extracting(Column::name).isEqualTo("home");
  }
}
