// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.SegmentInfo;
import org.arrowworld.log.Tail;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;

class TableFilesTest {
  private final MemoryStorage storage = new MemoryStorage();
  private final StoreInfo info =
      StoreInfo.create(
          WorldSchema.of(
              TableSchema.row("ship")
                  .column("x", ColumnType.F32)
                  .column("flag", ColumnType.STRING)
                  .column("afloat", ColumnType.BOOL)
                  .build()),
          "tick",
          Map.of());

  @Test
  void a_table_file_has_the_bytes_of_the_one_in_a_snapshot_of_that_tick_and_a_longer_footer()
      throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(t -> t.table("ship").insert().set("x", 1.5f).set("flag", "blue"));
      String snapshot = live.snapshot();
      TableFiles.Origin origin = new TableFiles.Origin(info.id(), 1, 0, List.of("blue"));
      TableFiles.write(storage, "ship.arrow", live.world().table("ship"), origin);
      byte[] alone = bytes("ship.arrow");
      byte[] inSnapshot = bytes(snapshot + "/ship.arrow");
      int body = inSnapshot.length - footerBytes(inSnapshot) - 10;
      assertThat(alone.length).isGreaterThan(inSnapshot.length);
      assertThat(Arrays.copyOf(alone, body)).isEqualTo(Arrays.copyOf(inSnapshot, body));
      assertThat(storage.list("")).doesNotContain("ship.arrow.tmp");
    }
    TableFiles.Info read = TableFiles.info(storage, "ship.arrow");
    assertThat(read.rows()).isEqualTo(1);
    assertThat(read.columns())
        .containsEntry("gen", "u32")
        .containsEntry("flag", "dictionary<u32, utf8>")
        .containsEntry("afloat", "bool");
    assertThat(read.metadata()).containsEntry("aw.table", "ship");
  }

  @Test
  void a_segment_tells_its_span_live_and_sealed() throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(3, t -> t.table("ship").insert().set("x", 1.5f).set("flag", "blue"));
      live.tick(5, t -> {});
      live.sync();
      SegmentInfo running = SegmentInfo.read(storage, "log/live/00000000000000000000.arrows");
      assertThat(running.isSealed()).isFalse();
      assertThat(running.firstTick()).hasValue(3);
      assertThat(running.end()).isEqualTo(live.acknowledged());
      live.seal();
      SegmentInfo sealed = SegmentInfo.read(storage, "log/00000000000000000000.arrow");
      assertThat(sealed.isSealed()).isTrue();
      assertThat(sealed.rows()).isEqualTo(running.rows()).isEqualTo(live.committed().seq());
      assertThat(sealed.tail().kind()).isEqualTo(Tail.Kind.CLEAN);
      assertThat(sealed.keys()).isEqualTo(info.schema().keys());
    }
  }

  @Test
  void a_file_of_another_kind_is_refused() throws IOException {
    try (var file = storage.create("x.arrow")) {
      file.write(ByteBuffer.allocate(100), 0);
    }
    assertThatThrownBy(() -> TableFiles.info(storage, "x.arrow"))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("expected 'ARROW1'");
    assertThatThrownBy(() -> SegmentInfo.read(storage, "x.arrow"))
        .isInstanceOf(DamagedFileException.class);
  }

  private static int footerBytes(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - 10);
  }

  private byte[] bytes(String path) throws IOException {
    try (var file = storage.openRead(path)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      file.readFully(bytes, 0);
      return bytes.array();
    }
  }
}
