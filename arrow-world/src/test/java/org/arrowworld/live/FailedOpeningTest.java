// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.StorageLock;
import org.arrowworld.storage.WritableFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A world that cannot be opened or go on says why, and leaves nothing. */
class FailedOpeningTest {
  private static final WorldSchema SCHEMA = schema(ColumnType.F64);

  @TempDir Path folder;

  private static WorldSchema schema(ColumnType type) {
    return WorldSchema.of(TableSchema.row("ship").column("x", type).build());
  }

  /** A disk that is full when a store describes itself. */
  private static final class Full extends ForwardingStorage {
    Full(Storage storage) {
      super(storage);
    }

    @Override
    public WritableFile create(String path) throws IOException {
      throw new IOException("No space left on device");
    }
  }

  @Test
  void a_world_without_tables_is_refused_before_anything_is_made() {
    Path run = folder.resolve("run");
    WorldSchema empty = new WorldSchema(1, List.of(), List.of());
    assertThatThrownBy(() -> LiveWorld.create(run, empty))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("its schema has no table; SimLog.open makes record logs");
    assertThat(run).doesNotExist();
  }

  @Test
  void a_create_that_fails_leaves_neither_lock_nor_folder() throws IOException {
    Path run = folder.resolve("run");
    assertThatThrownBy(
            () -> LiveWorld.create(new Full(new DiskStorage(run)), SCHEMA, WorldOptions.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left");
    assertThat(run).doesNotExist();
    Files.createDirectory(run);
    assertThatThrownBy(
            () -> LiveWorld.create(new Full(new DiskStorage(run)), SCHEMA, WorldOptions.DEFAULT))
        .isInstanceOf(IOException.class);
    assertThat(run).isEmptyDirectory();
    try (LiveWorld world = LiveWorld.create(run, SCHEMA)) {
      assertThat(world.lastTick()).isEqualTo(-1);
    }
  }

  @Test
  void folders_above_a_store_go_too_if_it_is_not_made() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> LiveWorld.create(file.resolve("run"), SCHEMA));
    Path run = folder.resolve("a/b/run");
    assertThatThrownBy(
        () -> LiveWorld.create(run, SCHEMA, WorldOptions.DEFAULT.withProperty("name", "\ud800")));
    assertThat(folder.resolve("a")).doesNotExist();
  }

  @Test
  void another_schema_is_named_by_its_first_difference() throws IOException {
    Storage storage = new MemoryStorage();
    LiveWorld.create(storage, SCHEMA, WorldOptions.DEFAULT).close();
    assertThatThrownBy(() -> LiveWorld.open(storage, schema(ColumnType.F32), WorldOptions.DEFAULT))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(
            "Cannot open the store in memory with this schema: tables 'ship' columns 'x': type is f32, the store's is f64; use resume to go on with the store's own, or aw migrate to change it");
    WorldSchema more =
        WorldSchema.of(
            TableSchema.row("ship").column("x", ColumnType.F64).build(),
            TableSchema.row("port").build());
    assertThatThrownBy(() -> LiveWorld.open(storage, more, WorldOptions.DEFAULT))
        .hasMessageContaining("tables: 'port', which the store has not;");
    LiveWorld.open(storage, SCHEMA, WorldOptions.DEFAULT).close();
  }

  @Test
  void a_full_heap_in_a_tick_is_typed_and_the_world_goes_on() throws IOException {
    try (LiveWorld world = LiveWorld.create(new MemoryStorage(), SCHEMA, WorldOptions.DEFAULT)) {
      world.tick(t -> t.table("ship").insert().set("x", 1.0));
      assertThatThrownBy(
              () ->
                  world.tick(
                      t -> {
                        t.table("ship").set(0, "x", 2.0);
                        assertThat(new long[Integer.MAX_VALUE]).isNotEmpty();
                      }))
          .isInstanceOf(MemoryFullException.class)
          .hasMessageStartingWith("Cannot run tick 1: ")
          .hasMessageEndingWith(
              "; nothing of it was logged; change less in one tick, or raise -Xmx");
      assertThat(world.world().table("ship").f64("x").get(0)).isEqualTo(1.0);
      assertThat(world.tick(t -> t.table("ship").set(0, "x", 3.0))).isEqualTo(2);
    }
  }

  /** Lets another writer make a store, use it and go, just before the lock is taken. */
  private static final class AnotherFirst extends ForwardingStorage {
    private final Storage storage;
    private boolean been;

    AnotherFirst(Storage storage) {
      super(storage);
      this.storage = storage;
    }

    @Override
    public StorageLock lock(String path, String holder) throws IOException {
      if (!been) {
        been = true;
        try (LiveWorld other = LiveWorld.create(storage, SCHEMA, WorldOptions.DEFAULT)) {
          other.tick(t -> t.table("ship").insert());
        }
      }
      return super.lock(path, holder);
    }
  }

  @Test
  void a_create_that_another_one_overtook_leaves_its_store_as_it_is() throws IOException {
    MemoryStorage files = new MemoryStorage();
    assertThatThrownBy(
            () -> LiveWorld.create(new AnotherFirst(files), SCHEMA, WorldOptions.DEFAULT))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("there is one already");
    try (Store store = Store.open(files)) {
      assertThat(store.lastTick()).isZero();
    }
    assertThat(files.list("")).contains("LOCK");
  }
}
