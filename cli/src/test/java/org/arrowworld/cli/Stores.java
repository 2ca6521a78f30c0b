// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.testing.ShipRun;
import org.arrowworld.tick.TickBody;

/** Small stores for tests. */
final class Stores {
  /** A word that would turn text around on a terminal. */
  static final String EVIL = "a\u202Eb\u001B[2Jc";

  static final WorldSchema SCHEMA = ShipRun.SCHEMA.withInput(EventKind.of("wind", ColumnType.F64));

  private Stores() {}

  /** The run of {@link ShipRun}. */
  static LiveWorld play(Path store, BufferAllocator memory) throws IOException {
    LiveWorld live =
        LiveWorld.create(
            store,
            SCHEMA,
            WorldOptions.DEFAULT.withProperties(Map.of("made", EVIL)).withAllocator(memory));
    ShipRun.play(live, EVIL);
    return live;
  }

  /** The same, sealed and closed. */
  static Path sealed(Path store) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live = play(store, memory)) {
      live.seal();
    }
    return store;
  }

  /** Runs one more tick of a store, and seals it. */
  static void goOn(Path store, TickBody<RuntimeException> systems) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.resume(new DiskStorage(store), WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(systems);
      live.seal();
    }
  }
}
