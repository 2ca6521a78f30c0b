// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.testing.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A heap that ends in the middle of a tick: typed, and the tick is as if it had never begun. */
class FullHeapTest {
  @TempDir Path folder;

  /** The child: fills its heap in ticks that are never kept, and goes on with small ones. */
  static final class Filler {
    private Filler() {}

    /** The tick's body failed on purpose. */
    private static final class Dropped extends RuntimeException {
      private static final long serialVersionUID = 1L;
    }

    /** Prints what is untyped, one line each, and how often the heap was full. */
    public static void main(String[] arguments) throws IOException {
      Path store = Path.of(arguments[0]);
      SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[1]));
      TableSchema.Builder table = TableSchema.row("ship").event(EventKind.of("e", ColumnType.F64));
      for (int i = 0; i < 12; i++) {
        table.column("c" + i, ColumnType.F64);
      }
      WorldOptions options =
          WorldOptions.DEFAULT.withLog(LogOptions.DEFAULT.withDurability(Durability.NONE));
      LiveWorld world = LiveWorld.create(store, WorldSchema.of(table.build()), options);
      world.tick(t -> t.table("ship").insert());
      int full = 0;
      for (int i = 0; i < 120; i++) {
        int rows = 1000 << random.nextInt(12);
        boolean events = random.nextInt(3) == 0;
        try {
          world.tick(
              t -> {
                if (events) {
                  for (int j = 0; j < rows; j++) {
                    t.table("ship").event("e", 0, 1.0 * j);
                  }
                } else {
                  t.table("ship").insertAll(rows).write("c11", new double[rows]);
                }
                throw new Dropped();
              });
        } catch (Dropped e) {
          continue;
        } catch (MemoryFullException e) {
          full++;
        } catch (RuntimeException | Error e) {
          System.out.println(e + " at " + List.of(e.getStackTrace()).get(0));
        }
        try {
          world.tick(t -> t.table("ship").insert().set("c3", 1.0));
        } catch (InvalidUseException e) { // of a heap that was full while a tick was applied
          world.close();
          world = LiveWorld.resume(store);
        } catch (RuntimeException | Error e) {
          System.out.println("a small tick: " + e);
        }
      }
      world.close();
      System.out.println(full > 0 ? "the heap was full" : "the heap was never full");
    }
  }

  @Test
  void ticks_go_on_after_a_heap_was_full_wherever_it_ended() throws Exception {
    for (int seed = 1; seed <= 2; seed++) {
      Process child =
          ChildJvm.start(
              Filler.class,
              List.of("-Xmx40m", "-XX:+UseSerialGC"),
              List.of(folder.resolve("s" + seed).toString(), Text.of("%d", seed)));
      String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(child.waitFor()).as(said).isZero();
      assertThat(said.strip()).as("seed %d", seed).isEqualTo("the heap was full");
    }
  }
}
