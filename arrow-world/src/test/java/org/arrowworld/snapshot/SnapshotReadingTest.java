// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.SnapshotFile.Reading;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.TableColumns;
import org.arrowworld.testing.CountingStorage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Opening snapshots by map (spec N-6): what is read when, and what a reader may hold on to. */
class SnapshotReadingTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("ship")
              .column("x", ColumnType.F64)
              .column("flag", ColumnType.STRING)
              .column("afloat", ColumnType.BOOL)
              .build());
  private static final Column X = Column.of("x", ColumnType.F64);

  @TempDir Path directory;
  private final BufferAllocator memory = new RootAllocator();
  private final MemoryStorage storage = new MemoryStorage();
  private final StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  /** A store with a snapshot of some rows; returns their {@code hash_world}. */
  private String write(Storage target, int rows) throws IOException {
    try (LiveWorld live =
        LiveWorld.create(target, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(
          t -> {
            for (int i = 0; i < rows; i++) {
              t.table("ship")
                  .insert()
                  .set("x", i * 0.5)
                  .set("flag", "f" + i % 3)
                  .set("afloat", true);
            }
          });
      live.snapshot();
      return Hashes.world(live.world().tables());
    }
  }

  private Snapshot open(Storage source, Reading reading) throws IOException {
    return Snapshot.open(source, Snapshot.list(source).get(0), info.id(), reading);
  }

  private Snapshot open(Verify verify) throws IOException {
    return open(storage, Reading.of(verify));
  }

  private void damageColumnX() throws IOException {
    String path = Snapshot.list(storage).get(0).directory() + "/ship.arrow";
    byte[] bytes = storage.bytes(path);
    byte[] value = new byte[8];
    ByteBuffer.wrap(value).order(java.nio.ByteOrder.LITTLE_ENDIAN).putDouble(0, 99.5);
    int at = bytes.length / 8 * 8 - 8;
    while (!java.util.Arrays.equals(bytes, at, at + 8, value, 0, 8)) {
      at -= 8;
    }
    bytes[at] ^= 4;
    storage.put(path, bytes);
  }

  @Test
  void opening_reads_the_same_bytes_however_many_rows_there_are() throws IOException {
    long[] read = new long[2];
    for (int i = 0; i < 2; i++) {
      MemoryStorage source = new MemoryStorage();
      write(source, i == 0 ? 100 : 20_000);
      CountingStorage counting = new CountingStorage(source);
      open(counting, Reading.DEFAULT).close();
      assertThat(counting.bytesMapped()).isZero();
      read[i] = counting.bytesRead();
    }
    assertThat(read[1]).isBetween(read[0] - 400, read[0] + 400);
  }

  @Test
  void reading_one_column_touches_only_its_bytes() throws IOException {
    write(storage, 1000);
    CountingStorage counting = new CountingStorage(storage);
    try (Snapshot snapshot = open(counting, Reading.DEFAULT)) {
      long opened = counting.bytesRead();
      assertThat(snapshot.table("ship").bytes(X).asDoubleBuffer().get(999)).isEqualTo(499.5);
      snapshot.table("ship").bytes(X);
      assertThat(counting.bytesMapped()).isEqualTo(8000);
      assertThat(counting.bytesRead()).isEqualTo(opened);
    }
  }

  @Test
  void a_table_of_very_many_columns_takes_few_maps() throws IOException {
    TableSchema.Builder wide = TableSchema.row("wide");
    for (int i = 0; i < 1000; i++) {
      wide.column("c" + i, ColumnType.U8);
    }
    StoreInfo made = StoreInfo.create(WorldSchema.of(wide.build()), "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(storage, made, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(t -> t.table("wide").insert().set("c7", 7).set("c999", 99));
      live.snapshot();
    }
    CountingStorage counting = new CountingStorage(storage);
    try (Snapshot snapshot =
        Snapshot.open(counting, Snapshot.list(storage).get(0), made.id(), Reading.DEFAULT)) {
      TableColumns table = snapshot.table("wide");
      for (Column column : table.columns()) {
        int expected = column.name().equals("c7") ? 7 : column.name().equals("c999") ? 99 : 0;
        assertThat(table.bytes(column).get(0)).isEqualTo((byte) expected);
      }
    }
    assertThat(counting.maps()).isLessThan(5);
  }

  @Test
  void damage_is_found_at_first_touch_at_open_or_not_as_the_caller_chose() throws IOException {
    write(storage, 1000);
    damageColumnX();
    try (Snapshot snapshot = open(Verify.ON_FIRST_TOUCH)) {
      TableColumns ship = snapshot.table("ship");
      assertThat(ship.bytes(Column.of("id", ColumnType.U32)).asIntBuffer().get(7)).isEqualTo(7);
      assertThatThrownBy(() -> ship.bytes(X))
          .isInstanceOf(UncheckedIOException.class)
          .hasCauseInstanceOf(DamagedFileException.class)
          .hasMessageContaining("ship.arrow at byte")
          .hasMessageContaining("the checksum of 8000 bytes is");
      assertThatThrownBy(() -> snapshot.arrow("ship", memory).vector("x"))
          .isInstanceOf(UncheckedIOException.class);
    }
    assertThatThrownBy(() -> open(Verify.ALL))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("the checksum of 8000 bytes is");
    try (Snapshot snapshot = open(Verify.NONE)) {
      assertThat(snapshot.table("ship").bytes(X).asDoubleBuffer().get(198)).isEqualTo(99.0);
      assertThatThrownBy(snapshot::verify).isInstanceOf(DamagedFileException.class);
    }
  }

  @Test
  void a_column_longer_than_a_map_is_read_range_by_range() throws IOException {
    String hash = write(storage, 1000);
    for (Verify verify : Verify.values()) {
      try (Snapshot snapshot = open(storage, new Reading(verify, 512))) {
        TableColumns ship = snapshot.table("ship");
        assertThat(Hashes.world(snapshot.tables())).isEqualTo(hash);
        for (int from = 0; from < 1000; from += 13) {
          int to = Math.min(1000, from + 63);
          ByteBuffer rows = ship.bytes(X, from, to);
          assertThat(rows.remaining()).isEqualTo(8 * (to - from));
          assertThat(rows.asDoubleBuffer().get(to - from - 1)).isEqualTo((to - 1) * 0.5);
          assertThat(rows.isReadOnly()).isTrue();
        }
        assertThatThrownBy(() -> ship.bytes(X))
            .isInstanceOf(InvalidUseException.class)
            .hasMessage(
                "Column 'ship.x' of 1000 rows has 8000 bytes, too many to be read at once; read it row range by row range");
        assertThatThrownBy(() -> ship.bytes(X, 5, 1001))
            .isInstanceOf(InvalidUseException.class)
            .hasMessageContaining("Cannot read rows 5 to 1001 of column 'ship.x'");
      }
    }
  }

  @Test
  void views_are_read_only_and_outlive_the_snapshot() throws IOException {
    DiskStorage disk = new DiskStorage(directory);
    write(disk, 1000);
    Snapshot snapshot = open(disk, Reading.DEFAULT);
    ByteBuffer x = snapshot.table("ship").bytes(X);
    TableColumns ship = snapshot.table("ship");
    snapshot.close();
    assertThat(x.asDoubleBuffer().get(999)).isEqualTo(499.5);
    assertThat(ship.bytes(X).getDouble(8)).isEqualTo(0.5);
    assertThatThrownBy(() -> x.put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
    assertThatThrownBy(() -> ship.bytes(Column.of("id", ColumnType.U32)))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot read column 'ship.id' for the first time: the snapshot is closed");
  }

  @ParameterizedTest
  @EnumSource(Verify.class)
  void arrow_vectors_share_the_mapped_file_and_one_bitmap(Verify verify) throws IOException {
    DiskStorage disk = new DiskStorage(directory);
    write(disk, 1000);
    try (Snapshot snapshot = open(disk, Reading.of(verify));
        ArrowTable ship = snapshot.arrow("ship", memory)) {
      Float8Vector x = (Float8Vector) ship.vector("x");
      assertThat(x.get(999)).isEqualTo(499.5);
      assertThat(x.getNullCount()).isZero();
      assertThat(memory.getAllocatedMemory()).isBetween(8000L + 125, 8000L + 256);
      VectorSchemaRoot root = ship.root();
      assertThat(root.getRowCount()).isEqualTo(1000);
      assertThat(root.getSchema().findField("afloat").getMetadata())
          .containsEntry("aw.type", "bool");
      assertThat(ship.vector("x")).isSameAs(x);
      UInt4Vector flag = (UInt4Vector) root.getVector("flag");
      try (var words = DictionaryEncoder.decode(flag, ship.dictionaries().lookup(0))) {
        assertThat(words.getObject(4)).hasToString("f1");
      }
      assertThatThrownBy(() -> ship.vector("sail"))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Unknown column 'sail' of table 'ship': it has [id, gen, x, flag, afloat]");
    }
  }

  @Test
  void an_empty_table_has_empty_columns_and_vectors() throws IOException {
    write(storage, 0);
    try (Snapshot snapshot = open(Verify.ALL);
        ArrowTable ship = snapshot.arrow("ship", memory)) {
      assertThat(snapshot.table("ship").bytes(X).remaining()).isZero();
      assertThat(snapshot.table("ship").bytes(X, 0, 0).remaining()).isZero();
      assertThat(ship.root().getRowCount()).isZero();
    }
  }
}
