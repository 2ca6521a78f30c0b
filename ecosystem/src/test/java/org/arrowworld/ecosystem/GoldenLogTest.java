// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.StoreId;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;

/**
 * The reference simulation's log, byte by byte: whatever is rebuilt of the write path, files stay.
 */
class GoldenLogTest {
  private static final StoreId STORE = new StoreId("000102030405060708090a0b0c0d0e0f");
  private static final LogOptions SMALL_SEGMENTS = LogOptions.DEFAULT.withSegmentBytes(4_000_000);

  @Test
  void the_log_of_the_reference_simulation_is_the_same_to_the_byte() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    StoreInfo fresh = StoreInfo.create(EcosystemSchema.VERSION_1, "tick", Map.of());
    StoreInfo info =
        new StoreInfo(
            STORE,
            fresh.schema(),
            fresh.strings(),
            fresh.tickUnit(),
            fresh.properties(),
            fresh.environment());
    Preset preset = Preset.TINY;
    try (BufferAllocator memory = new RootAllocator();
        Ecosystem ecosystem = new Ecosystem(preset, 7, FoodRatePolicy.seasonal(preset), 2);
        LiveWorld live =
            LiveWorld.create(
                storage,
                info,
                WorldOptions.DEFAULT.withLog(SMALL_SEGMENTS).withAllocator(memory))) {
      live.tick(ecosystem::initialWorld);
      for (int tick = 1; tick <= 120; tick++) {
        live.tick(ecosystem::step);
      }
      live.seal();
    }
    assertThat(digest(storage))
        .as("SHA-256 over the names and bytes of all segments")
        .isEqualTo("7c4d220f08ca9778153af85ac33fe31d");
  }

  private static String digest(Storage storage) throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (String name : storage.list("log").stream().sorted().toList()) {
      if (name.endsWith(".arrow")) {
        try (ReadableFile file = storage.openRead("log/" + name)) {
          ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
          file.readFully(bytes, 0);
          digest.update(name.getBytes(StandardCharsets.US_ASCII));
          digest.update(bytes.array());
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }
}
