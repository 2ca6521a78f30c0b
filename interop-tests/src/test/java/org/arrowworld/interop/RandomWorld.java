// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.util.HashSet;
import java.util.Set;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/**
 * A random world that touches every kind of table, type and row. Each step depends on (seed, step)
 * and the world alone, so {@code python/mirror.py} makes the same one, call by call.
 */
final class RandomWorld {
  static final WorldSchema SCHEMA =
      WorldSchema.of(
              TableSchema.row("creature")
                  .column("x", ColumnType.F32)
                  .column("energy", ColumnType.F64, 2.5)
                  .column("kind", ColumnType.STRING)
                  .column("big", ColumnType.U64)
                  .column("debt", ColumnType.I64)
                  .column("awake", ColumnType.BOOL, 1)
                  .column("age", ColumnType.U16)
                  .column("level", ColumnType.I8, -3)
                  .column("mood", ColumnType.I16)
                  .column("score", ColumnType.U8, 7)
                  .column("rank", ColumnType.I32)
                  .column("mark", ColumnType.U32)
                  .lineage(Lineage.PARENT, Lineage.CAUSE)
                  .event(EventKind.reference("ate", "food"))
                  .event(EventKind.of("said", ColumnType.STRING))
                  .build(),
              TableSchema.row("food")
                  .orderPreserving()
                  .externalIds()
                  .column("size", ColumnType.I8)
                  .column("note", ColumnType.STRING)
                  .build(),
              TableSchema.row("ticket")
                  .withoutGenerations()
                  .column("price", ColumnType.F32, 0.5)
                  .build(),
              TableSchema.row("badge")
                  .withoutGenerations()
                  .orderPreserving()
                  .externalIds()
                  .column("level", ColumnType.U8)
                  .build(),
              TableSchema.presence("hungry", "creature"),
              TableSchema.component("marked", "food")
                  .orderPreserving()
                  .column("by", ColumnType.STRING)
                  .column("weight", ColumnType.F64, 2)
                  .column("open", ColumnType.BOOL)
                  .column("bits", ColumnType.U64)
                  .column("mark", ColumnType.F32)
                  .build(),
              TableSchema.appendOnly("population")
                  .column("n", ColumnType.U32)
                  .column("mean", ColumnType.F64)
                  .event(EventKind.of("logged", ColumnType.I16))
                  .build())
          .withInput(EventKind.of("rate", ColumnType.F64))
          .withInput(EventKind.of("order", ColumnType.STRING));

  private final long seed;

  RandomWorld(long seed) {
    this.seed = seed;
  }

  /** The tick of a step: every tenth is left out. */
  static long tick(long step) {
    return step + step / 9;
  }

  void step(Tick t, long step) {
    SplitMix random = new SplitMix(seed, step);
    t.input("rate", random.below(1L << 32), random.below(1000) / 8.0);
    if (random.oneIn(4)) {
      t.input("order", 0, "order " + random.below(5));
    }
    columns(t.table("creature"), random);
    creatures(t.table("creature"), random);
    births(t, random);
    hungry(t, random);
    food(t, random);
    tickets(t.table("ticket"), random);
    badges(t.table("badge"), random);
    population(t, random);
  }

  private static void columns(TickTable creatures, SplitMix random) {
    int rows = creatures.before().rows();
    if (!random.oneIn(3)) {
      float[] x = new float[rows];
      for (int slot = 0; slot < rows; slot++) {
        x[slot] = Float.intBitsToFloat((int) random.next());
      }
      creatures.write("x", x);
    }
    if (random.oneIn(3)) {
      double[] energy = new double[rows];
      for (int slot = 0; slot < rows; slot++) {
        energy[slot] = Double.longBitsToDouble(random.next());
      }
      creatures.write("energy", energy);
    }
  }

  private static void creatures(TickTable creatures, SplitMix random) {
    for (int slot = 0; slot < creatures.before().rows(); slot++) {
      int id = creatures.before().id(slot);
      switch (random.below(16)) {
        case 0 -> creatures.setSlot(slot, "kind", "kind " + random.below(6));
        case 1 -> creatures.setSlotUnsigned(slot, "big", random.next());
        case 2 -> creatures.setSlot(slot, "debt", random.next());
        case 3 -> creatures.setSlot(slot, "age", random.below(65536));
        case 4 -> creatures.setSlot(slot, "level", random.below(256) - 128);
        case 5 -> creatures.setSlot(slot, "mood", random.below(65536) - 32768);
        case 6 -> creatures.setSlot(slot, "score", random.below(256));
        case 7 -> creatures.setSlot(slot, "rank", random.below(1L << 32));
        case 8 -> creatures.setSlot(slot, "mark", Integer.toUnsignedLong(random.below(1L << 32)));
        case 9 -> creatures.setSlot(slot, "awake", random.below(2) == 1);
        case 10 -> creatures.event("ate", id, random.below(9));
        case 11 -> creatures.event("said", id, "wörd " + random.below(30));
        case 12 -> creatures.removeSlot(slot, random.oneIn(2) ? "starved" : "eaten");
        case 13 -> creatures.removeSlot(slot);
        default -> {}
      }
    }
  }

  private static void births(Tick t, SplitMix random) {
    int[] ids = t.table("creature").before().ids();
    for (int i = random.below(6); i > 0; i--) {
      t.system(random.below(3));
      var birth = t.table("creature").insertCausedBy(random.below(4));
      birth.set("kind", "kind " + random.below(6));
      birth.set("x", Float.intBitsToFloat((int) random.next()));
      birth.set("awake", random.below(2) == 1);
      if (random.oneIn(2) && ids.length > 0) {
        birth.parent(ids[random.below(ids.length)]);
      }
    }
    t.system(0);
  }

  private static void hungry(Tick t, SplitMix random) {
    TableView creatures = t.table("creature").before();
    TickTable hungry = t.table("hungry");
    for (int slot = 0; slot < creatures.rows(); slot++) {
      int id = creatures.id(slot);
      int present = hungry.before().slotOf(id);
      int choice = random.below(6);
      if (choice < 2 && present < 0) {
        hungry.insert(id);
      } else if (choice == 2 && present >= 0) {
        hungry.removeSlot(present);
      } else if (choice == 3 && present >= 0) {
        hungry.removeSlot(present);
        hungry.insert(id);
      }
    }
  }

  private static void food(Tick t, SplitMix random) {
    TickTable food = t.table("food");
    TickTable marked = t.table("marked");
    Set<Integer> removed = new HashSet<>();
    for (int slot = 0; slot < food.before().rows(); slot++) {
      int id = food.before().id(slot);
      if (random.oneIn(4)) {
        food.removeSlot(slot);
        removed.add(id);
      }
      boolean isMarked = marked.before().slotOf(id) >= 0;
      if (random.oneIn(3) && !isMarked) {
        marked.insert(id).set("by", "mark " + random.below(3)).set("open", true);
      } else if (isMarked) {
        mark(marked, id, random);
      }
    }
    int id = random.below(8) * 1_000_000_007;
    if (food.before().slotOf(id) < 0 || removed.contains(id)) {
      food.insert(id).set("size", -3).set("note", "n" + random.below(4));
    }
  }

  private static void mark(TickTable marked, int id, SplitMix random) {
    switch (random.below(8)) {
      case 0 -> marked.set(id, "by", "again " + random.below(3));
      case 1 -> marked.set(id, "weight", Double.longBitsToDouble(random.next()));
      case 2 -> marked.set(id, "open", random.below(2) == 1);
      case 3 -> marked.setUnsigned(id, "bits", random.next());
      case 4 -> marked.set(id, "mark", Float.intBitsToFloat((int) random.next()));
      case 5 -> marked.remove(id);
      default -> {}
    }
  }

  private static void tickets(TickTable tickets, SplitMix random) {
    for (int slot = 0; slot < tickets.before().rows(); slot++) {
      if (random.oneIn(5)) {
        tickets.removeSlot(slot);
      }
    }
    for (int i = random.below(3); i > 0; i--) {
      tickets.insert().set("price", random.below(4) / 4f);
    }
  }

  private static void badges(TickTable badges, SplitMix random) {
    int id = random.below(6);
    int slot = badges.before().slotOf(id);
    if (slot >= 0) {
      badges.removeSlot(slot);
    } else {
      badges.insert(id).set("level", random.below(256));
    }
  }

  private static void population(Tick t, SplitMix random) {
    TickTable population = t.table("population");
    int rows = population.before().rows();
    int n = t.table("creature").before().rows();
    population.insert().set("n", n).set("mean", random.below(100) / 16.0);
    if (rows > 0 && random.oneIn(3)) {
      population.setSlot(random.below(rows), "n", random.below(100));
    }
    population.event("logged", rows, random.below(100) - 50);
  }
}
