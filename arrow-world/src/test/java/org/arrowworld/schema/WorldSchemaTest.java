// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.arrowworld.errors.InvalidUseException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorldSchemaTest {
  /** Spec S-9. */
  @ParameterizedTest
  @ValueSource(strings = {"tick", "in", "schema", "codebook"})
  void no_table_has_the_name_of_a_key_or_of_a_file_of_snapshots(String name) {
    TableSchema table = TableSchema.row(name).column("x", ColumnType.F64).build();
    assertThatThrownBy(() -> WorldSchema.of(table))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot define table '" + name + "': the name is used twice or reserved");
  }
}
