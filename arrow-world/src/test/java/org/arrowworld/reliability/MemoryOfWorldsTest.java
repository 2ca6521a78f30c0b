// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.memory.DirectMemory;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.table.DoubleColumn;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.TableView;
import org.arrowworld.table.World;
import org.arrowworld.testing.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory of worlds: used again at once, and never under a reader. */
class MemoryOfWorldsTest {
  private static final int ROWS = 1_250_000;
  private static final WorldSchema SCHEMA =
      WorldSchema.of(TableSchema.appendOnly("c").column("v", ColumnType.F64).build());

  @TempDir Path directory;

  private static void write(LiveWorld world, int rows, double value) throws IOException {
    double[] values = new double[rows];
    Arrays.fill(values, value);
    world.tick(t -> t.table("c").insertAll(rows).write("v", values));
  }

  /** Opens and closes a world of 10 MB over and over in a JVM that could hold a few. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      int times = Integer.parseInt(args[1]);
      try (Store store = Store.open(Path.of(args[0]))) {
        double sum = 0;
        for (int i = 0; i < times; i++) {
          try (World world = store.at(0)) {
            sum += world.table("c").f64("v").get(i);
          }
        }
        BufferPoolMXBean direct =
            ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
        System.out.println("sum " + sum);
        System.out.println("allocations " + DirectMemory.allocations());
        System.out.println("direct MB " + direct.getMemoryUsed() / (1 << 20));
      }
    }
  }

  @Test
  void past_states_one_after_the_other_go_round_in_the_same_memory() throws Exception {
    try (LiveWorld world = LiveWorld.create(directory, SCHEMA)) {
      write(world, ROWS, 0.5);
      world.snapshot();
      world.seal();
    }
    Process child =
        ChildJvm.start(
            Child.class,
            List.of("-Xmx128m", "-XX:MaxDirectMemorySize=64m"),
            List.of(directory.toString(), "2000"));
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    List<String> lines = said.lines().toList();
    assertThat(lines.get(0)).isEqualTo("sum 1000.0");
    assertThat(Integer.parseInt(lines.get(1).replace("allocations ", ""))).as(said).isLessThan(400);
    assertThat(Integer.parseInt(lines.get(2).replace("direct MB ", ""))).as(said).isLessThan(64);
  }

  @Test
  void a_closed_world_refuses_every_read_and_bytes_kept_from_it_stay_what_they_were()
      throws IOException {
    try (MemoryStorage storage = new MemoryStorage()) {
      try (LiveWorld live = LiveWorld.create(storage, SCHEMA, WorldOptions.DEFAULT)) {
        write(live, 1000, 1.5);
        live.seal();
      }
      try (Store store = Store.open(storage)) {
        World world = store.at(0);
        TableView table = world.table("c");
        DoubleColumn column = table.f64("v");
        ByteBuffer kept = table.bytes("v");
        world.close();
        for (int i = 0; i < 4; i++) {
          try (LiveWorld other =
              LiveWorld.create(new MemoryStorage(), SCHEMA, WorldOptions.DEFAULT)) {
            write(other, 1000, -1);
            assertThat(other.world().table("c").f64("v").get(999)).isEqualTo(-1);
          }
        }
        for (int i = 0; i < 1000; i++) {
          assertThat(kept.getDouble(8 * i)).isEqualTo(1.5);
        }
        List<Runnable> reads =
            List.of(
                () -> column.get(0),
                () -> table.id(0),
                () -> table.gen(0),
                () -> table.ref(0),
                table::ids,
                () -> table.slotOf(0),
                () -> table.slotOf(new EntityRef(0, 0)),
                () -> table.bytes("v"),
                () -> table.f64("v"),
                () -> table.vector("v"),
                table::root,
                table::dictionaries,
                world::tables,
                () -> world.table("c"));
        for (Runnable read : reads) {
          assertThatThrownBy(read::run)
              .isInstanceOf(InvalidUseException.class)
              .hasMessageContaining("closed");
        }
      }
    }
  }
}
