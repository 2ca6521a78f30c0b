// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.junit.jupiter.api.Test;

class PresetTest {

  @Test
  void presets_are_found_by_name() {
    assertThat(Preset.named("tiny").creatures()).isEqualTo(1_000);
    assertThat(Preset.named("small").creatures()).isEqualTo(10_000);
    assertThatThrownBy(() -> Preset.named("huge"))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Unknown preset 'huge': there are [tiny, small, crowded]");
  }

  @Test
  void a_store_s_properties_give_the_preset_back_exactly() {
    for (Preset preset : Preset.all()) {
      assertThat(Preset.fromProperties(preset.toProperties())).isEqualTo(preset);
    }
    assertThat(Preset.TINY.toProperties())
        .containsEntry("preset", "tiny")
        .containsEntry("preset.tickMicros", "100000");
  }

  @Test
  void missing_and_wrong_properties_are_named() {
    Map<String, String> properties = new HashMap<>(Preset.TINY.toProperties());
    properties.put("preset.reach", "far");
    assertThatThrownBy(() -> Preset.fromProperties(properties))
        .hasMessage(
            "Cannot read property 'preset.reach' of this store: 'far' is not of type double");
    properties.put("preset.reach", "-1");
    assertThatThrownBy(() -> Preset.fromProperties(properties))
        .hasMessage("Cannot use a preset with reach = -1.0: see the javadoc of Preset");
    properties.remove("preset.reach");
    assertThatThrownBy(() -> Preset.fromProperties(properties))
        .hasMessage("Cannot run this store as an ecosystem: it has no property 'preset.reach'");
  }
}
