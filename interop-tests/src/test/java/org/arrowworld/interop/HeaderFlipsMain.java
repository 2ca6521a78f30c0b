// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.internal.json.Json;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.tick.Born;

/**
 * Flips bits of the header of live segments without a batch, with one, and with two: {@code DIR
 * STRIDE FIRST}. Writes each store into a folder of {@code DIR}, and prints a line of JSON per bit:
 * the store, its segment, the bit, Java's verdict, and what Java recovers.
 */
public final class HeaderFlipsMain {
  private static final String SEGMENT = "log/live/00000000000000000000.arrows";

  private HeaderFlipsMain() {}

  public static void main(String[] args) throws IOException {
    int stride = Integer.parseInt(args[1]);
    int first = Integer.parseInt(args[2]);
    try (BufferAllocator memory = new RootAllocator()) {
      for (ColumnType type : List.of(ColumnType.I8, ColumnType.STRING)) {
        int headerBytes = headerBytes(written(type, 1, memory), type);
        for (int ticks = 0; ticks < 3; ticks++) {
          MemoryStorage store = written(type, Math.max(1, ticks), memory);
          if (ticks == 0) { // as a crash may leave it
            store.put(SEGMENT, Arrays.copyOf(store.bytes(SEGMENT), headerBytes));
          }
          Path directory = Path.of(args[0], type.name() + ticks);
          StoreVerdict.write(store, directory);
          for (int bit = first; bit < 8 * headerBytes; bit += stride) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("store", directory.toString());
            line.put("segment", SEGMENT);
            line.put("bit", bit);
            MemoryStorage flipped = flipped(store, bit);
            StoreVerdict.verified(flipped, line, memory);
            StoreVerdict.recovered(flipped, line, memory);
            System.out.println(Json.write(line));
          }
        }
      }
    }
  }

  /** A store whose writer died after some ticks, each a batch of its own. */
  private static MemoryStorage written(ColumnType type, int ticks, BufferAllocator memory)
      throws IOException {
    MemoryStorage storage = new MemoryStorage();
    WorldSchema schema =
        WorldSchema.of(TableSchema.row("a").column("x", type).column("y", ColumnType.F64).build());
    StoreInfo info = StoreInfo.create(schema, "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int tick = 0; tick < ticks; tick++) {
        String word = "word " + tick;
        live.tick(
            tick,
            t -> {
              Born row = t.table("a").insert().set("y", 1.5);
              if (type == ColumnType.STRING) {
                row.set("x", word);
              }
            });
      }
      return storage.afterCrash(CrashKind.PROCESS);
    }
  }

  /** The schema message and the dictionaries behind it (spec L-17). */
  private static int headerBytes(MemoryStorage store, ColumnType type) throws IOException {
    try (ReadableFile file = store.openRead(SEGMENT)) {
      long end = IpcMessage.read(file, 0, file.size()).end();
      for (int dictionary = type == ColumnType.STRING ? 2 : 1; dictionary > 0; dictionary--) {
        end = IpcMessage.read(file, end, file.size()).end();
      }
      return Math.toIntExact(end);
    }
  }

  private static MemoryStorage flipped(MemoryStorage store, int bit) throws IOException {
    MemoryStorage flipped = store.afterCrash(CrashKind.PROCESS);
    byte[] bytes = flipped.bytes(SEGMENT);
    bytes[bit / 8] ^= (byte) (1 << bit % 8);
    flipped.put(SEGMENT, bytes);
    return flipped;
  }
}
