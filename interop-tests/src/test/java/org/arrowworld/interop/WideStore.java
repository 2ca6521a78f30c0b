// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.util.List;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/** More keys than a byte can tell apart, of every type in turn, in a sealed and a live segment. */
final class WideStore {
  private static final int COLUMNS = 300;
  private static final List<ColumnType> TYPES = List.of(ColumnType.values());
  private static final WorldSchema SCHEMA = schema();

  private WideStore() {}

  private static WorldSchema schema() {
    TableSchema.Builder table = TableSchema.row("wide");
    for (int i = 0; i < COLUMNS; i++) {
      table.column(Text.of("c%03d", i), type(i));
    }
    return WorldSchema.of(table.build());
  }

  private static ColumnType type(int column) {
    return TYPES.get(column % TYPES.size());
  }

  static void write(GoldenStore golden) throws IOException {
    try (LiveWorld live = golden.create("fedcba9876543210fedcba9876543210", SCHEMA)) {
      golden.tick(live, 0, t -> row(t.table("wide").insert(), 0));
      golden.tick(live, 3, t -> row(t.table("wide").insert(), 1));
      live.seal();
    }
    try (LiveWorld live = golden.resume()) {
      golden.tick(live, 4, WideStore::change);
      golden.expect(live);
    }
  }

  private static void row(Born row, int seed) {
    for (int i = 0; i < COLUMNS; i++) {
      String column = Text.of("c%03d", i);
      switch (type(i)) {
        case STRING -> row.set(column, "w" + (i + seed) % 7);
        case BOOL -> row.set(column, (i + seed) % 2 == 1);
        case U64 -> row.setUnsigned(column, (1L << 63) + i + seed);
        case I64 -> row.set(column, (1L << 63) + i + seed);
        case F32 -> row.set(column, (float) ((i + seed) % 100));
        case F64 -> row.set(column, (double) ((i + seed) % 100));
        default -> row.set(column, (i + seed) % 100);
      }
    }
  }

  private static void change(Tick t) {
    TickTable table = t.table("wide");
    table.removeSlot(0);
    row(table.insert(), 2);
  }
}
