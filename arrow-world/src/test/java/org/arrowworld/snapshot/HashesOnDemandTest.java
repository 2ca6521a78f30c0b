// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.live.SnapshotHashes;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A cache may be without hashes (spec N-9, N-11). */
class HashesOnDemandTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("boat")
              .column("x", ColumnType.F32)
              .column("name", ColumnType.STRING)
              .build(),
          TableSchema.row("port").externalIds().build(),
          TableSchema.presence("docked", "boat"),
          TableSchema.appendOnly("trip").column("miles", ColumnType.U32).build());

  private final Storage storage = new MemoryStorage();
  private final BufferAllocator memory = new RootAllocator();

  @AfterEach
  void no_byte_leaks() {
    memory.close();
  }

  private void run(SnapshotHashes hashes) throws IOException {
    WorldOptions options = WorldOptions.DEFAULT.withSnapshots(hashes);
    try (LiveWorld world = LiveWorld.create(storage, SCHEMA, options)) {
      world.tick(
          t -> {
            for (int i = 0; i < 5; i++) {
              t.table("boat").insert().set("name", "b" + i).set("x", i / 4f);
            }
            t.table("port").insert(7);
            t.table("port").insert(9);
          });
      world.tick(
          t -> {
            t.table("boat").removeSlot(1);
            t.table("boat").removeSlot(3);
            t.table("port").remove(9);
            t.table("docked").insert(2);
          });
      world.snapshot();
      world.tick(t -> t.table("boat").insert().set("name", "again"));
      world.snapshotLater();
      world.awaitSnapshot();
      world.seal();
    }
  }

  private Snapshot open(int index) throws IOException {
    return Snapshot.open(storage, Snapshot.list(storage).get(index), StoreInfo.read(storage).id());
  }

  private String manifest(int index) throws IOException {
    return Snapshot.list(storage).get(index).directory() + "/" + SnapshotManifest.NAME;
  }

  @ParameterizedTest
  @EnumSource
  void a_snapshot_tells_the_hashes_of_its_world_whether_they_are_stored_or_not(
      SnapshotHashes hashes) throws IOException {
    run(hashes);
    for (int i = 0; i < 2; i++) {
      try (Snapshot snapshot = open(i);
          Store store = Store.open(storage)) {
        assertThat(snapshot.hasHashes()).isEqualTo(hashes == SnapshotHashes.STORED);
        assertThat(snapshot.hashWorld()).isEqualTo(store.hashWorld(i + 1));
        assertThat(snapshot.resumeHash()).isEqualTo(store.resumeHash(i + 1));
        snapshot.prove(memory);
      }
    }
    try (Store store = Store.open(storage)) {
      assertThat(store.verify().findings()).isEmpty();
    }
  }

  @Test
  void a_base_made_of_a_cache_without_hashes_has_them() throws IOException {
    run(SnapshotHashes.ON_DEMAND);
    String resumeHash;
    try (Snapshot snapshot = open(0)) {
      resumeHash = snapshot.resumeHash();
    }
    StoreCompaction.keep(storage, 1, Optional.empty(), memory);
    try (Snapshot base = open(0)) {
      assertThat(base.isBase()).isTrue();
      assertThat(base.hasHashes()).isTrue();
      assertThat(base.resumeHash()).isEqualTo(resumeHash);
    }
    try (Store store = Store.open(storage)) {
      assertThat(store.verify().findings()).isEmpty();
    }
  }

  @Test
  void a_cache_without_hashes_that_is_not_the_world_of_the_log_is_found() throws IOException {
    run(SnapshotHashes.ON_DEMAND);
    JsonObject first = ChecksummedJson.read(storage, manifest(0));
    Map<String, Object> other =
        new LinkedHashMap<>(ChecksummedJson.read(storage, manifest(1)).members());
    List<?> tables = (List<?>) other.get("tables");
    Map<String, Object> boats = new LinkedHashMap<>(JsonObject.of("", tables.get(0)).members());
    boats.put("next_id", 99L); // which no checksum of a file covers
    other.put("tables", List.of(boats, tables.get(1), tables.get(2), tables.get(3)));
    rewrite(1, other);
    assertThat(first.has("hash_world")).isFalse();
    try (Store store = Store.open(storage)) {
      assertThat(store.verify().findings().toString()).contains("snapshots/");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"hash_world", "resume_hash", "hash", "base"})
  void a_part_of_the_hashes_or_a_base_without_them_is_damage(String member) throws IOException {
    run(SnapshotHashes.ON_DEMAND);
    Map<String, Object> members =
        new LinkedHashMap<>(ChecksummedJson.read(storage, manifest(0)).members());
    if (member.equals("hash")) {
      List<?> tables = (List<?>) members.get("tables");
      Map<String, Object> boats = new LinkedHashMap<>(JsonObject.of("", tables.get(0)).members());
      boats.put("hash", "0".repeat(32));
      members.put("tables", List.of(boats, tables.get(1), tables.get(2), tables.get(3)));
    } else {
      members.put(member, member.equals("base") ? (Object) true : "0".repeat(32));
    }
    rewrite(0, members);
    assertThatThrownBy(() -> open(0))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("hash");
  }

  private void rewrite(int index, Map<String, Object> members) throws IOException {
    members.remove("crc");
    String path = manifest(index);
    storage.delete(path);
    ChecksummedJson.write(storage, path, members);
  }
}
