// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.ChildJvm;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JVM whose direct memory is used up when a world is to be copied. */
class DirectMemoryTest {
  private static final int ROWS = 300_000;

  @TempDir Path directory;

  /** A process with little direct memory that fills it, and gives it free again. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      DiskStorage storage = new DiskStorage(Path.of(args[0]));
      WorldSchema schema =
          WorldSchema.of(TableSchema.appendOnly("c").column("v", ColumnType.I64).build());
      StoreInfo info = StoreInfo.create(schema, "tick", Map.of());
      try (BufferAllocator memory = new RootAllocator()) {
        try (LiveWorld live =
            LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory))) {
          live.tick(
              t -> {
                for (int i = 0; i < ROWS; i++) {
                  t.table("c").insert().set("v", i);
                }
              });
          live.sync();
          List<ByteBuffer> hog = hog();
          try {
            live.snapshotLater();
            System.out.println("no failure beside " + hog.size() + " buffers");
          } catch (MemoryFullException e) {
            System.out.println(e.getMessage());
          }
          hog.clear();
          live.tick(t -> t.table("c").insert().set("v", -1));
          live.snapshotLater();
          live.awaitSnapshot();
        }
        System.out.println(
            "findings " + Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory).findings());
      }
    }

    /** Takes all direct memory. */
    private static List<ByteBuffer> hog() {
      List<ByteBuffer> taken = new ArrayList<>();
      try {
        while (true) {
          taken.add(ByteBuffer.allocateDirect(1 << 20));
        }
      } catch (OutOfMemoryError e) {
        return taken;
      }
    }
  }

  @Test
  void a_background_snapshot_without_memory_for_its_copy_is_refused_and_the_world_goes_on()
      throws Exception {
    Process child =
        ChildJvm.start(
            Child.class,
            List.of("-Xmx256m", "-XX:MaxDirectMemorySize=64m"),
            List.of(directory.toString()));
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said.lines())
        .hasSize(2)
        .satisfies(
            lines ->
                assertThat(lines.get(0))
                    .startsWith("Cannot copy 2400000 bytes of column 'c.v': ")
                    .endsWith("; raise -XX:MaxDirectMemorySize"))
        .element(1)
        .isEqualTo("findings []");
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.resume(
                new DiskStorage(directory), WorldOptions.DEFAULT.withAllocator(memory))) {
      assertThat(live.lastTick()).isOne();
    }
  }
}
