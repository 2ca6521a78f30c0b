// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;

/** Stores and what their rows are, for tests. */
public final class Sources {
  private Sources() {}

  /** Some ticks of a table that is born, changed and dies. */
  public static MemoryStorage store(BufferAllocator memory, int ticks) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    TableSchema table =
        TableSchema.row("c")
            .column("x", ColumnType.F32)
            .column("n", ColumnType.U64)
            .column("k", ColumnType.STRING)
            .column("b", ColumnType.BOOL)
            .lineage(Lineage.CAUSE)
            .build();
    StoreInfo info = StoreInfo.create(WorldSchema.of(table), "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int tick = 0; tick < ticks; tick++) {
        float x = tick % 7 == 3 ? Float.NaN : tick * 1.5f;
        int at = tick;
        live.tick(
            t -> {
              for (int i = 0; i < 20; i++) {
                t.table("c")
                    .insert()
                    .set("x", x + i)
                    .setUnsigned("n", -1L - at)
                    .set("k", "word, \"" + (i + at) % 7 + "\"")
                    .set("b", i % 2 == 1);
              }
              if (at > 2) {
                t.table("c").remove(at, "done");
              }
            });
      }
    }
    return storage;
  }

  /** All rows of a source: numbers as raw bits, words, or null. */
  public static List<List<Object>> rows(RowSource source) throws IOException {
    List<List<Object>> rows = new ArrayList<>();
    source.scan(
        batch -> {
          for (int row = 0; row < batch.rows(); row++) {
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < source.columns().size(); i++) {
              values.add(value(source, batch, i, row));
            }
            rows.add(values);
          }
        });
    return rows;
  }

  private static Object value(RowSource source, RowBatch batch, int column, int row) {
    ColumnType type = source.columns().get(column).type();
    if (batch.nulls(column).get(row)) {
      return null;
    }
    return switch (type) {
      case F32 -> (long) batch.bytes(column).getInt(4 * row);
      case F64 -> batch.bytes(column).getLong(8 * row);
      case STRING ->
          new String(
              source.utf8(column, batch.bytes(column).getInt(4 * row)),
              java.nio.charset.StandardCharsets.UTF_8);
      default -> IntegerCells.integer(type, batch.bytes(column), row);
    };
  }
}
