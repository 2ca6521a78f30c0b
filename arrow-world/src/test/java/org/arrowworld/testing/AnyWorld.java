// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.IdPolicy;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/** Schemas, policies and ticks drawn at random. */
public final class AnyWorld {
  private static final ColumnType[] TYPES = ColumnType.values();
  private static final String[] WORDS = {
    "", "a", "naïve", "\ud83d\ude00", "\u0000", "line\nbreak", "\u65e5\u672c", "e\u0301"
  };

  private final Random random;

  /** By table, the rows born in the tick that is made. */
  private final Map<String, List<Born>> newborns = new HashMap<>();

  /** Draws from a generator, which it uses alone. */
  public AnyWorld(Random random) {
    this.random = random;
  }

  /** A schema of 1 to 3 tables of rows, and others; some have no columns. */
  public WorldSchema schema() {
    List<TableSchema> tables = new ArrayList<>();
    int rowTables = 1 + random.nextInt(3);
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
      tables.add(withEvents(withColumns(table, random.nextInt(7))).build());
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      TableSchema.Builder table =
          TableSchema.component("present" + i, "row" + random.nextInt(rowTables));
      if (random.nextBoolean()) {
        table.orderPreserving();
      }
      tables.add(withColumns(table, random.nextInt(4)).build());
    }
    if (random.nextBoolean()) {
      TableSchema.Builder table = TableSchema.appendOnly("grown");
      tables.add(withEvents(withColumns(table, random.nextInt(3))).build());
    }
    WorldSchema schema = WorldSchema.of(tables.toArray(TableSchema[]::new));
    return random.nextBoolean() ? schema.withInput(EventKind.of("in", ColumnType.F64)) : schema;
  }

  private TableSchema.Builder withColumns(TableSchema.Builder table, int columns) {
    for (int i = 0; i < columns; i++) {
      ColumnType type = TYPES[random.nextInt(TYPES.length)];
      boolean hasDefault = type.isFloat() && random.nextBoolean();
      if (hasDefault) {
        table.column("c" + i, type, 2.5);
      } else {
        table.column("c" + i, type);
      }
    }
    return table;
  }

  private TableSchema.Builder withEvents(TableSchema.Builder table) {
    if (random.nextBoolean()) {
      table.event(EventKind.of("event", ColumnType.I16));
    }
    if (random.nextInt(4) == 0) {
      table.event(EventKind.of("said", ColumnType.STRING));
    }
    return table;
  }

  /** One tick's mutations; one in six changes nothing. */
  public void tick(Tick t) {
    if (!t.world().schema().inputs().isEmpty()) {
      t.input("in", random.nextInt(), f64());
    }
    if (random.nextInt(6) == 0) {
      return;
    }
    newborns.clear();
    for (TableView table : t.world().tables()) {
      TickTable mutations = t.table(table.name());
      switch (table.schema().kind()) {
        case ROW -> rows(mutations);
        case PRESENCE -> {
          presence(mutations, t.world().table(table.schema().of().orElseThrow()));
          for (Born newborn : newborns.getOrDefault(table.schema().of().orElseThrow(), List.of())) {
            if (random.nextInt(3) == 0) {
              fill(mutations.insert(newborn), table);
            }
          }
        }
        case APPEND_ONLY -> {
          values(mutations);
          for (int i = random.nextInt(4); i > 0; i--) {
            fill(mutations.insert(), table);
          }
        }
      }
    }
  }

  private void rows(TickTable mutations) {
    TableView table = mutations.before();
    values(mutations);
    for (EventKind event : table.schema().events()) {
      if (random.nextBoolean() && table.rows() > 0) {
        switch (event.name()) {
          case "said" -> mutations.event("said", someId(table), word());
          default -> mutations.event("event", someId(table), random.nextInt(100) - 50);
        }
      }
    }
    boolean cause = table.schema().lineage().contains(Lineage.CAUSE);
    int odds = 2 + random.nextInt(8);
    for (int slot = 0; slot < table.rows(); slot++) {
      if (random.nextInt(odds) == 0) {
        if (cause && random.nextBoolean()) {
          mutations.removeSlot(slot, "cause " + random.nextInt(4));
        } else {
          mutations.removeSlot(slot);
        }
      }
    }
    boolean external = table.schema().ids() == IdPolicy.EXTERNAL;
    for (int i = random.nextInt(12); i > 0; i--) {
      if (!external) {
        born(mutations.insertCausedBy(random.nextInt(3)), table);
      }
    }
    int id = random.nextInt(6) * 900_000_007;
    if (external && table.slotOf(id) < 0) {
      born(mutations.insert(id), table);
    }
  }

  private void born(Born row, TableView table) {
    fill(row, table);
    newborns.computeIfAbsent(table.name(), name -> new ArrayList<>()).add(row);
  }

  private int someId(TableView table) {
    return table.id(random.nextInt(table.rows()));
  }

  private void values(TickTable mutations) {
    TableView table = mutations.before();
    for (Column column : table.schema().columns()) {
      int choice = random.nextInt(5);
      if (choice == 0 && column.type() == ColumnType.F32) {
        float[] all = new float[table.rows()];
        for (int i = 0; i < all.length; i++) {
          all[i] = f32();
        }
        mutations.write(column.name(), all);
      } else if (choice < 3) {
        for (int slot = 0; slot < table.rows(); slot++) {
          if (random.nextInt(3) == 0) {
            set(mutations, column, slot);
          }
        }
      }
    }
  }

  private void set(TickTable mutations, Column column, int slot) {
    switch (column.type()) {
      case STRING -> mutations.setSlot(slot, column.name(), word());
      case F32 -> mutations.setSlot(slot, column.name(), f32());
      case F64 -> mutations.setSlot(slot, column.name(), f64());
      case BOOL -> mutations.setSlot(slot, column.name(), random.nextBoolean());
      case U64 -> mutations.setSlotUnsigned(slot, column.name(), integer(column.type()));
      default -> mutations.setSlot(slot, column.name(), integer(column.type()));
    }
  }

  private void fill(Born row, TableView table) {
    for (Column column : table.schema().columns()) {
      if (column.type() == ColumnType.STRING) {
        row.set(column.name(), word());
      } else if (random.nextBoolean()) {
        switch (column.type()) {
          case F32 -> row.set(column.name(), f32());
          case F64 -> row.set(column.name(), f64());
          case BOOL -> row.set(column.name(), random.nextBoolean());
          case U64 -> row.setUnsigned(column.name(), integer(column.type()));
          default -> row.set(column.name(), integer(column.type()));
        }
      }
    }
    boolean logged = table.schema().lineage().contains(Lineage.PARENT);
    if (logged && table.rows() > 0 && random.nextBoolean()) {
      row.parent(someId(table));
    }
  }

  /** Any bits; often -0.0 or a signalling NaN. */
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

  private void presence(TickTable present, TableView of) {
    values(present);
    for (int slot = 0; slot < of.rows(); slot++) {
      int id = of.id(slot);
      int at = present.before().slotOf(id);
      int choice = random.nextInt(6);
      if (at < 0 && choice < 2) {
        fill(present.insert(id), present.before());
      } else if (at >= 0 && choice == 2) {
        present.removeSlot(at);
      } else if (at >= 0 && choice == 3) {
        present.removeSlot(at);
        fill(present.insert(id), present.before());
      }
    }
  }
}
