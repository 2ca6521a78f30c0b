// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.testing.SharedData;
import org.bouncycastle.crypto.digests.Blake2bDigest;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Creature worlds saved by NumPy have the hashes NumPy's own columns have. */
class NpzWorldsTest {
  private static final List<String> HASHED =
      List.of("pos_x", "pos_y", "vel_x", "vel_y", "energy", "id", "gen");

  @TestFactory
  Stream<DynamicTest> Every_world_hashes_as_expected() throws IOException {
    Path folder = SharedData.folder("npz-worlds");
    Map<?, ?> worlds = (Map<?, ?>) SharedData.json(folder.resolve("expected.json")).get("worlds");
    assertThat(worlds).hasSize(4);
    return worlds.entrySet().stream()
        .map(
            e ->
                DynamicTest.dynamicTest(
                    (String) e.getKey(),
                    () -> check(folder, e.getKey() + ".npz", (Map<?, ?>) e.getValue())));
  }

  private static void check(Path folder, String file, Map<?, ?> expected) throws IOException {
    try (NpzReader reader = NpzReader.open(new DiskStorage(folder), file)) {
      reader.verify();
      Blake2bDigest digest = new Blake2bDigest(128);
      for (String name : HASHED) {
        NpyArray column = reader.read(name);
        assertThat(column.shape()).containsExactly((Long) expected.get("rows"));
        byte[] bytes = NpyTesting.bytes(column);
        digest.update(bytes, 0, bytes.length);
      }
      byte[] hash = new byte[16];
      digest.doFinal(hash, 0);
      assertThat(HexFormat.of().formatHex(hash)).isEqualTo(expected.get("blake2b_128"));
      assertThat(reader.read("tick").longAt(0)).isEqualTo(expected.get("tick"));
      long version =
          reader.names().contains("schema_version") ? reader.read("schema_version").longAt(0) : 1;
      assertThat(version).isEqualTo(expected.get("schema_version"));
    }
  }

  @Test
  void A_stored_world_is_written_again_byte_for_byte_as_numpy_wrote_it() throws IOException {
    Path folder = SharedData.folder("npz-worlds");
    MemoryStorage memory = new MemoryStorage();
    for (String name : List.of("v1_plain.npz", "v2_plain.npz", "v1_empty.npz")) {
      try (NpzReader reader = NpzReader.open(new DiskStorage(folder), name);
          NpzWriter writer = NpzWriter.create(memory, name, Compression.STORED)) {
        for (String array : reader.names()) {
          writer.add(array, reader.read(array));
        }
        writer.commit();
      }
      assertThat(memory.bytes(name)).isEqualTo(Files.readAllBytes(folder.resolve(name)));
    }
  }

  @Test
  void A_chunk_of_the_reference_simlog_reads_with_its_bytes_of_text() throws IOException {
    Path folder = SharedData.folder("simlog-receipt");
    try (NpzReader reader = NpzReader.open(new DiskStorage(folder), "chunk_000004.npz")) {
      assertThat(reader.names()).containsExactly("_meta", "rids", "keys", "vals");
      assertThat(reader.read("rids").type()).isEqualTo(NpyType.I32);
      assertThat(reader.read("keys").size()).isEqualTo(reader.read("vals").size());
      ByteBuffer meta = reader.read("_meta").bytes();
      assertThat(meta.remaining()).isPositive();
    }
  }
}
