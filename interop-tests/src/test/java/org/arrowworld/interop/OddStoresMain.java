// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.Json;
import org.arrowworld.maintenance.StoreRecovery;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.testing.OddStores;
import org.arrowworld.timeline.Verifier;

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
        write(next.storage(), "", directory);
        line.put("store", directory.toString());
        line.put("what", next.what());
        line.put("forged", next.isForged());
        verdict(next.storage(), line, memory);
        MemoryStorage recovered = new MemoryStorage();
        try {
          StoreRecovery.Report report = StoreRecovery.run(next.storage(), recovered, memory);
          Path out = folder.resolve(Text.of("%05d-recovered", i));
          write(recovered, "", out);
          line.put("recovered", out.toString());
          line.put("recovered_sound", report.requireSound(recovered).verification().isSound());
          line.put("rows", report.saved().seq());
          line.put("tick", report.saved().tick());
          line.put("lost", report.rowsLost());
          line.put("complete", report.isComplete());
          line.put("losses", report.losses());
        } catch (DamagedFileException | UnsupportedVersionException e) {
          line.put("refused", e.getMessage());
        }
        System.out.println(Json.write(line));
      }
    }
  }

  private static void verdict(Storage storage, Map<String, Object> line, BufferAllocator memory)
      throws IOException {
    List<String> findings;
    try {
      findings = Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory).findings();
    } catch (UnsupportedVersionException | StoreNotFoundException e) {
      findings = List.of(e.getMessage());
    }
    line.put("sound", findings.isEmpty());
    line.put("findings", findings);
  }

  private static void write(MemoryStorage storage, String from, Path to) throws IOException {
    Files.createDirectories(to);
    for (String name : storage.list(from)) {
      String path = from.isEmpty() ? name : from + "/" + name;
      byte[] bytes = null;
      try {
        bytes = storage.bytes(path);
      } catch (IOException e) {
        write(storage, path, to.resolve(name)); // a directory
      }
      if (bytes != null) {
        Files.write(to.resolve(name), bytes);
      }
    }
  }
}
