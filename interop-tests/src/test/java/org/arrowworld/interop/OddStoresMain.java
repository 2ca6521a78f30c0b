// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.Json;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.testing.OddStores;

/**
 * Writes odd stores for the readers of other languages, with Java's verdict on each: {@code DIR
 * COUNT SEED}. Prints one line of JSON per store: its directory, what was done to it, whether it is
 * sound, the findings, and, where something could be recovered, the directory of that.
 */
public final class OddStoresMain {
  private OddStoresMain() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    long seed = Long.parseLong(args[2]);
    try (BufferAllocator memory = new RootAllocator()) {
      OddStores odd = new OddStores(OddStores.sound(6, seed, memory), new SplittableRandom(seed));
      for (int i = 0; i < Integer.parseInt(args[1]); i++) {
        OddStores.Odd next = odd.next();
        Map<String, Object> line = new LinkedHashMap<>();
        Path directory = folder.resolve(Text.of("%05d", i));
        StoreVerdict.write(next.storage(), directory);
        line.put("store", directory.toString());
        line.put("what", next.what());
        line.put("forged", next.isForged());
        StoreVerdict.verified(next.storage(), line, memory);
        MemoryStorage recovered = StoreVerdict.recovered(next.storage(), line, memory);
        if (!line.containsKey("refused")) {
          Path out = folder.resolve(Text.of("%05d-recovered", i));
          StoreVerdict.write(recovered, out);
          line.put("recovered", out.toString());
        }
        System.out.println(Json.write(line));
      }
    }
  }
}
