package org.arrowworld.export.tables;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.live.LiveWorld;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.IdPolicy;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.WorldTable;
import org.arrowworld.tick.Insertion;
import org.arrowworld.tick.MutationBuffer;
import org.arrowworld.tick.TableMutations;

/** A store with a schema, policies and ticks drawn at random; some tables stay empty. */
final class AnyStore {
  private static final ColumnType[] TYPES = ColumnType.values();
  private static final String[] WORDS = {
    "", "a", "na\u00efve", "\ud83d\ude00", "\u0000", "line\nbreak", "\u65e5\u672c", "e\u0301"
  };

  private final Random random;

  private AnyStore(long seed) {
    this.random = new Random(seed);
  }

  /** The store of a seed. */
  static Storage make(long seed, BufferAllocator memory) throws IOException {
    return new AnyStore(seed).play(memory);
  }

  private Storage play(BufferAllocator memory) throws IOException {
    Storage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(schema(), "tick", Map.of("seed", "x"));
    LogOptions options =
        LogOptions.DEFAULT.withDurability(Durability.NONE).withContainers(2, 1 << 14);
    try (LiveWorld live = LiveWorld.create(storage, info, options, memory)) {
      long tick = 0;
      for (int i = 1 + random.nextInt(12); i > 0; i--) {
        live.tick(tick, this::tick);
        tick += 1 + random.nextInt(3);
      }
    }
    return storage;
  }

  private WorldSchema schema() {
    List<TableSchema> tables = new ArrayList<>();
    int rowTables = 1 + random.nextInt(2);
    for (int i = 0; i < rowTables; i++) {
      TableSchema.Builder table = TableSchema.row("row" + i);
      if (random.nextInt(3) == 0) {
        table.externalIds();
      }
      if (random.nextInt(4) == 0) {
        table.withoutGenerations();
      }
      if (random.nextBoolean()) {
        table.orderPreserving();
      }
      if (random.nextBoolean()) {
        table.lineage(Lineage.PARENT);
      }
      if (random.nextInt(3) == 0) {
        table.lineage(Lineage.CAUSE);
      }
      tables.add(withColumns(table, random.nextInt(8)));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      tables.add(TableSchema.presence("present" + i, "row" + random.nextInt(rowTables)));
    }
    if (random.nextBoolean()) {
      tables.add(withColumns(TableSchema.appendOnly("grown"), 1 + random.nextInt(3)));
    }
    WorldSchema schema = WorldSchema.of(tables.toArray(TableSchema[]::new));
    return random.nextBoolean() ? schema.withInput(EventKind.of("in", ColumnType.F64)) : schema;
  }

  private TableSchema withColumns(TableSchema.Builder table, int columns) {
    for (int i = 0; i < columns; i++) {
      table.column("c" + i, TYPES[random.nextInt(TYPES.length)]);
    }
    if (random.nextBoolean()) {
      table.event(EventKind.of("said", ColumnType.STRING));
    }
    return table.build();
  }

  private void tick(MutationBuffer t) {
    if (!t.world().schema().inputs().isEmpty()) {
      t.input("in", random.nextInt(), Double.longBitsToDouble(random.nextLong()));
    }
    for (WorldTable table : t.world().tables()) {
      if (random.nextInt(4) > 0) {
        change(t, t.table(table.name()));
      }
    }
  }

  private void change(MutationBuffer t, TableMutations mutations) {
    WorldTable table = mutations.table();
    if (table.schema().kind() == TableKind.PRESENCE) {
      presence(mutations, t.world().table(table.schema().of().orElseThrow()));
      return;
    }
    for (Column column : table.schema().columns()) {
      for (int slot = 0; slot < table.rows(); slot++) {
        if (random.nextInt(5) == 0) {
          set(mutations, column, slot);
        }
      }
    }
    boolean rows = table.schema().kind() == TableKind.ROW;
    if (rows && !table.schema().events().isEmpty()) {
      mutations.event("said", random.nextInt(), word());
    }
    boolean cause = table.schema().lineage().contains(Lineage.CAUSE);
    for (int slot = 0; rows && slot < table.rows(); slot++) {
      if (random.nextInt(6) == 0 && cause) {
        mutations.remove(slot, word());
      } else if (random.nextInt(6) == 0) {
        mutations.remove(slot);
      }
    }
    boolean external = rows && table.schema().ids() == IdPolicy.EXTERNAL;
    int id = random.nextInt(6) * 900_000_007;
    if (external && table.slotOf(id) < 0) {
      fill(mutations.insertId(id), table);
    }
    for (int i = random.nextInt(12); i > 0 && !external; i--) {
      fill(rows ? mutations.insert(random.nextInt(3)) : mutations.insert(), table);
    }
  }

  private void presence(TableMutations present, WorldTable of) {
    for (int slot = 0; slot < of.rows(); slot++) {
      int at = present.table().slotOf(of.id(slot));
      if (at < 0 && random.nextInt(3) == 0) {
        present.insertId(of.id(slot));
      } else if (at >= 0 && random.nextInt(3) == 0) {
        present.remove(at);
      }
    }
  }

  private void set(TableMutations mutations, Column column, int slot) {
    switch (column.type()) {
      case STRING -> mutations.set(column.name(), slot, word());
      case F32 -> mutations.setFloat(column.name(), slot, f32());
      case F64 -> mutations.set(column.name(), slot, f64());
      default -> mutations.setLong(column.name(), slot, integer(column.type()));
    }
  }

  private void fill(Insertion row, WorldTable table) {
    for (Column column : table.schema().columns()) {
      switch (column.type()) {
        case STRING -> row.set(column.name(), word());
        case F32 -> row.setFloat(column.name(), f32());
        case F64 -> row.set(column.name(), f64());
        default -> row.setLong(column.name(), integer(column.type()));
      }
    }
    if (table.schema().lineage().contains(Lineage.PARENT) && random.nextBoolean()) {
      row.parent(random.nextInt(20));
    }
  }

  private float f32() {
    return random.nextInt(4) == 0
        ? Float.intBitsToFloat(random.nextBoolean() ? 0x8000_0000 : 0x7F80_0001 + random.nextInt(9))
        : Float.intBitsToFloat(random.nextInt());
  }

  private double f64() {
    return random.nextInt(4) == 0
        ? Double.longBitsToDouble(
            random.nextBoolean() ? Long.MIN_VALUE : 0xFFF0_0000_0000_0001L + random.nextInt(9))
        : Double.longBitsToDouble(random.nextLong());
  }

  private String word() {
    return WORDS[random.nextInt(WORDS.length)] + (random.nextInt(3) == 0 ? random.nextInt(99) : "");
  }

  private long integer(ColumnType type) {
    long bits = random.nextInt(4) == 0 ? -1 - random.nextInt(3) : random.nextLong();
    return switch (type) {
      case U8 -> bits & 0xFF;
      case I8 -> (byte) bits;
      case U16 -> bits & 0xFFFF;
      case I16 -> (short) bits;
      case U32 -> bits & 0xFFFF_FFFFL;
      case I32 -> (int) bits;
      case BOOL -> bits & 1;
      default -> bits;
    };
  }
}
