// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.tick.Tick;

/**
 * A fork of the first store at its tick 4: a base with free ids, presence rows and NaN payloads
 * whose log lies in another store; a segment sealed with zstd and a live one.
 */
final class ForkedStore {
  private static final String ORIGIN = "00112233445566778899aabbccddeeff";
  private static final String FORK = "ffeeddccbbaa99887766554433221100";

  private ForkedStore() {}

  static void write(GoldenStore golden) throws IOException {
    StoreInfo origin = GoldenStore.info(ORIGIN, FirstStore.SCHEMA);
    try (LiveWorld live =
        LiveWorld.create(
            new MemoryStorage(), origin, WorldOptions.DEFAULT.withAllocator(golden.memory()))) {
      live.tick(0, FirstStore::begin);
      live.tick(1, FirstStore::change);
      live.tick(4, FirstStore::recycle);
      fork(golden, live);
    }
    LogOptions compressed = LogOptions.DEFAULT.withSealing(BufferCompression.zstd(3));
    try (LiveWorld live = golden.resume(compressed)) {
      golden.tick(live, 5, t -> {});
      golden.tick(live, 7, FirstStore::end);
      live.seal();
    }
    try (LiveWorld live = golden.resume()) {
      golden.tick(live, 9, ForkedStore::goOn);
      golden.expect(live);
    }
  }

  private static void fork(GoldenStore golden, LiveWorld live) throws IOException {
    LogPosition position = live.acknowledged();
    StoreInfo info =
        GoldenStore.info(FORK, FirstStore.SCHEMA).withParent(live.info().id(), position);
    info.write(golden.storage());
    SnapshotWriter.write(
        golden.storage(),
        info.id(),
        live.world(),
        position,
        SnapshotWriter.Role.BASE,
        info.properties());
    golden.note(0, live.world(), position);
  }

  private static void goOn(Tick t) {
    t.table("creature").insert().set("kind", "forked").parent(1);
    t.table("census").insert().set("n", 9);
  }
}
