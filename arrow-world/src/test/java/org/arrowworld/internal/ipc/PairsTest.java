// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.flatbuf.KeyValue;
import org.junit.jupiter.api.Test;

/** Custom metadata of files (spec B-11). */
class PairsTest {
  private final Map<String, String> pairs = new HashMap<>();

  private static KeyValue pair(String key, String value) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int keyAt = key == null ? 0 : builder.createString(key);
    int valueAt = value == null ? 0 : builder.createString(value);
    builder.finish(KeyValue.createKeyValue(builder, keyAt, valueAt));
    return KeyValue.getRootAsKeyValue(builder.dataBuffer());
  }

  @Test
  void a_key_that_stands_twice_is_refused_whatever_its_values_are() {
    Pairs.put(pairs, pair("aw.format", "1"));
    Pairs.put(pairs, pair("aw.kind", "log"));
    assertThat(pairs).isEqualTo(Map.of("aw.format", "1", "aw.kind", "log"));
    assertThatThrownBy(() -> Pairs.put(pairs, pair("aw.format", "1")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("custom metadata has 'aw.format' twice");
  }

  @Test
  void a_pair_without_key_or_value_is_refused() {
    assertThatThrownBy(() -> Pairs.put(pairs, pair("aw.format", null)))
        .hasMessage("custom metadata without key or value");
    assertThatThrownBy(() -> Pairs.put(pairs, pair(null, "1")))
        .hasMessage("custom metadata without key or value");
  }
}
