// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.table.TableView;
import org.junit.jupiter.api.Test;

/** A view's columns as Arrow vectors. */
class ArrowOfViewsTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("ship")
              .column("x", ColumnType.F64)
              .column("n", ColumnType.I64)
              .column("name", ColumnType.STRING)
              .build());

  private static LiveWorld world() throws IOException {
    LiveWorld world = LiveWorld.create(new MemoryStorage(), SCHEMA, WorldOptions.DEFAULT);
    world.tick(
        t -> {
          t.table("ship").insert().set("x", 1.5).set("n", 7).set("name", "Anna");
          t.table("ship").insert().set("x", 2.5).set("n", 8).set("name", "Bert");
        });
    return world;
  }

  @Test
  void a_table_is_shown_as_a_root_of_all_its_columns_with_the_words_as_dictionary()
      throws IOException {
    try (LiveWorld world = world()) {
      TableView ship = world.world().table("ship");
      VectorSchemaRoot root = ship.root();
      assertThat(root.getSchema().getFields())
          .extracting(field -> field.getName())
          .containsExactly("id", "gen", "x", "n", "name");
      assertThat(root.getRowCount()).isEqualTo(2);
      assertThat(((Float8Vector) root.getVector("x")).get(1)).isEqualTo(2.5);
      assertThat(((BigIntVector) ship.vector("n")).get(0)).isEqualTo(7);
      try (VarCharVector names =
          (VarCharVector)
              DictionaryEncoder.decode(ship.vector("name"), ship.dictionaries().lookup(0))) {
        assertThat(names.getObject(1)).hasToString("Bert");
      }
      assertThat(ship.vector("x")).isSameAs(root.getVector("x"));
    }
  }

  @Test
  void a_write_to_a_vector_changes_that_copy_alone() throws IOException {
    try (LiveWorld world = world()) {
      TableView ship = world.world().table("ship");
      Float8Vector x = (Float8Vector) ship.vector("x");
      x.set(0, 99);
      x.setNull(1);
      assertThat(ship.f64("x").get(0)).isEqualTo(1.5);
      assertThat(ship.f64("x").get(1)).isEqualTo(2.5);
      assertThat(ship.vector("n").getNullCount()).isZero();
      world.tick(t -> assertThat(t.table("ship").before().f64("x").get(0)).isEqualTo(1.5));
    }
  }

  @Test
  void a_closed_vector_is_made_again_and_the_next_tick_has_vectors_of_its_own() throws IOException {
    try (LiveWorld world = world()) {
      TableView ship = world.world().table("ship");
      ship.root().close();
      assertThat(((Float8Vector) ship.vector("x")).get(0)).isEqualTo(1.5);
      Float8Vector old = (Float8Vector) ship.vector("x");
      world.tick(t -> t.table("ship").set(0, "x", 3.5));
      assertThat(old.getValueCount()).isZero();
      assertThat(((Float8Vector) ship.vector("x")).get(0)).isEqualTo(3.5);
    }
  }

  @Test
  void an_unknown_column_and_an_empty_table_say_so() throws IOException {
    try (LiveWorld world = LiveWorld.create(new MemoryStorage(), SCHEMA, WorldOptions.DEFAULT)) {
      TableView ship = world.world().table("ship");
      assertThat(ship.root().getRowCount()).isZero();
      assertThatThrownBy(() -> ship.vector("y"))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Unknown column 'y' of table 'ship': it has [id, gen, x, n, name]");
    }
  }
}
