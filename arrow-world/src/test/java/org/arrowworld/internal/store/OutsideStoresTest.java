// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No store is made in a store, by whatever door. */
class OutsideStoresTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(TableSchema.row("ship").column("x", ColumnType.F64).build());

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"log/f", "log/live/f", "log/00000000000000009999.arrow", "snapshots/f", "f"})
  void no_store_is_made_in_a_store(String within) throws IOException {
    Path outer = folder.resolve("outer");
    try (LiveWorld live = LiveWorld.create(outer, SCHEMA)) {
      live.tick(t -> t.table("ship").insert());
    }
    try (Store store = Store.open(outer)) {
      Path inner = outer.resolve(within);
      assertThatThrownBy(() -> store.fork(0, inner))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageEndingWith("it lies in the store " + outer + "; choose a path outside of it");
      assertThatThrownBy(() -> LiveWorld.create(inner, SCHEMA))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("it lies in the store");
      assertThatThrownBy(() -> Store.recover(store.storage(), inner))
          .isInstanceOf(InvalidUseException.class);
      assertThat(store.verify().isSound()).isTrue();
    }
  }
}
