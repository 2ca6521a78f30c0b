// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.util.Map;
import org.apache.arrow.flatbuf.KeyValue;

/** Custom metadata of flatbuffers of unknown origin. */
final class Pairs {
  private Pairs() {}

  /** Adds a pair; one without key or value, or a key for the second time, is malformed. */
  static void put(Map<String, String> pairs, KeyValue pair) {
    if (pair.key() == null || pair.value() == null) {
      throw new IllegalStateException("custom metadata without key or value");
    }
    if (pairs.put(pair.key(), pair.value()) != null) {
      throw new IllegalStateException("custom metadata has '" + pair.key() + "' twice");
    }
  }
}
