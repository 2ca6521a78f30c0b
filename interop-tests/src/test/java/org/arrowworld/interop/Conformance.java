// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.arrow.memory.BufferAllocator;

/** The golden stores of {@code docs/spec/conformance}. */
enum Conformance {
  FIRST,
  SHORTENED,
  WIDE,
  FORKED,
  UNITS,
  UNHASHED,
  COMPONENTS,
  ROOM,
  HEADED;

  /**
   * Whether its sealed segments were written before their footers had {@code aw.head} (spec B-12),
   * and stay so.
   */
  boolean isOlder() {
    return this != HEADED;
  }

  /** Name of its folder. */
  String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Writes {@code store/} and {@code expected.json} into a directory that has neither. */
  void write(Path directory, BufferAllocator memory) throws IOException {
    GoldenStore golden = new GoldenStore(directory, memory);
    switch (this) {
      case FIRST -> FirstStore.write(golden);
      case SHORTENED -> ShortenedStore.write(golden);
      case WIDE -> WideStore.write(golden);
      case FORKED -> ForkedStore.write(golden);
      case UNITS -> UnitsStore.write(golden);
      case UNHASHED -> UnhashedStore.write(golden);
      case COMPONENTS -> ComponentsStore.write(golden);
      case ROOM -> RoomStore.write(golden);
      case HEADED -> HeadedStore.write(golden);
    }
    golden.forgetWriter();
  }
}
