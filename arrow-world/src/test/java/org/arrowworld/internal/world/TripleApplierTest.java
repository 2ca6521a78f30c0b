// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.junit.jupiter.api.Test;

/** Rows that jump from key to key are sorted by key before they are applied; nobody may notice. */
class TripleApplierTest {
  private static final int ENTITIES = 500;

  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("a")
              .column("byte", ColumnType.U8)
              .column("short", ColumnType.I16)
              .column("int", ColumnType.I32)
              .column("long", ColumnType.U64)
              .column("float", ColumnType.F32)
              .column("double", ColumnType.F64)
              .column("flag", ColumnType.BOOL)
              .column("word", ColumnType.STRING)
              .build(),
          TableSchema.row("b").externalIds().column("n", ColumnType.U16).build());

  private final KeyTable keys = new KeyTable(SCHEMA.keys());

  private static long pattern(Key key, Random random) {
    return switch (key.type()) {
      case U8, U16, I16, I32 -> Values.ofInteger(random.nextInt(100));
      case BOOL -> Values.ofInteger(random.nextInt(2));
      case STRING -> Values.ofInteger(random.nextInt(3));
      case F32 -> Values.ofF32Bits(random.nextInt());
      default -> random.nextLong();
    };
  }

  private Triples random(Random random, int count) {
    Triples rows = new Triples(16);
    for (int i = 0; i < ENTITIES; i++) {
      rows.add(0, i, keys.key("a.born").code(), Values.ofInteger(0));
      rows.add(0, i * 1_000_003, keys.key("b.born").code(), Values.ofInteger(0));
    }
    for (int i = 0; i < count; i++) {
      Key key = keys.key(random.nextInt(keys.size()));
      int run = random.nextInt(50) == 0 ? 200 : 1;
      for (int j = 0; j < run && key.kind() == KeyKind.VALUE; j++) {
        int entity = random.nextInt(ENTITIES);
        int rid = key.name().startsWith("b.") ? entity * 1_000_003 : entity;
        rows.add(0, rid, key.code(), pattern(key, random));
      }
    }
    rows.add(0, rows.size(), KeyTable.COMMIT, 0);
    return rows;
  }

  private static MutableCodebook words() {
    MutableCodebook words = new MutableCodebook();
    words.intern("x");
    words.intern("y");
    words.intern("z");
    return words;
  }

  @Test
  void sorted_or_not_the_last_write_of_a_value_wins() {
    for (long seed = 1; seed <= 20; seed++) {
      Triples rows = random(new Random(seed), 30_000);
      try (BufferAllocator memory = new RootAllocator();
          MutableWorld fast = new MutableWorld(SCHEMA, words(), memory);
          MutableWorld plain = new MutableWorld(SCHEMA, words(), memory)) {
        new TripleApplier(fast, keys).apply(rows, 0, rows.size(), null);
        for (int row = 0; row < rows.size(); row++) {
          Key key = keys.key(rows.keys()[row]);
          MutableTable table =
              key.kind() == KeyKind.COMMIT ? null : plain.table(key.name().substring(0, 1));
          if (key.kind() == KeyKind.BORN) {
            table.born(rows.rids()[row], 0);
          } else if (key.kind() == KeyKind.VALUE) {
            int slot = table.slotOf(rows.rids()[row]);
            table.column(key.name().substring(2)).set(slot, rows.vals()[row]);
          }
        }
        plain.settle(0);
        assertThat(Hashes.resume(fast)).as("seed %d", seed).isEqualTo(Hashes.resume(plain));
      }
    }
  }

  @Test
  void a_value_of_what_does_not_live_is_refused_by_name() {
    Triples rows = random(new Random(1), 2_000);
    Triples bad = new Triples(16);
    bad.addAll(rows, 0, rows.size() - 1);
    bad.add(0, 77_777, keys.key("a.int").code(), Values.ofInteger(1));
    try (BufferAllocator memory = new RootAllocator();
        MutableWorld world = new MutableWorld(SCHEMA, words(), memory)) {
      assertThatThrownBy(() -> new TripleApplier(world, keys).apply(bad, 0, bad.size(), null))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot set a.int of a 77777 at tick 0: it is not live");
    }
  }
}
