// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.WorldSchema;
import org.junit.jupiter.api.Test;

/** A schema whose keys no log could declare makes no store. */
class StoreInfoTest {
  private static WorldSchema inputs(int count, Optional<String> table) {
    List<EventKind> inputs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = "i".repeat(95) + Text.of("%05d", i);
      inputs.add(new EventKind(name, ColumnType.U32, table));
    }
    return new WorldSchema(1, List.of(), inputs);
  }

  @Test
  void a_schema_whose_declarations_no_segment_could_hold_is_refused() {
    WorldSchema schema = inputs(0xFFFF, Optional.of("t".repeat(100)));
    StoreInfo.create(inputs(0xFFFF, Optional.empty()), "tick", Map.of());
    assertThatThrownBy(() -> StoreInfo.create(schema, "tick", Map.of()))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageMatching(
            "Cannot create a store: the declarations of 65536 keys take [0-9]{8} bytes, expected at"
                + " most 15728640; use fewer or shorter names, or several stores");
  }

  @Test
  void a_schema_of_more_keys_than_codes_is_refused() {
    assertThatThrownBy(() -> StoreInfo.create(inputs(0x1_0000, Optional.empty()), "tick", Map.of()))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageEndingWith("with code 65536: expected 65536, at most 65536 keys");
  }
}
