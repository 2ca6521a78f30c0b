// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.json.Json;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.timeline.Verifier;

/**
 * Verifies and resumes every store in a folder; prints one JSON line per store: {@code store},
 * {@code findings}, {@code valid_to}, and {@code tick}, the last one after resuming and one more
 * tick.
 */
public final class ResumeAllMain {
  private ResumeAllMain() {}

  public static void main(String[] args) throws IOException {
    List<Path> stores;
    try (Stream<Path> found = Files.list(Path.of(args[0]))) {
      stores = found.filter(p -> Files.exists(p.resolve("store.json"))).sorted().toList();
    }
    try (BufferAllocator memory = new RootAllocator()) {
      for (Path store : stores) {
        Verifier.Report report =
            Verifier.verify(new DiskStorage(store), Verifier.Depth.DEEP, 7, memory);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("store", store.getFileName().toString());
        line.put("findings", report.findings());
        line.put("valid_to", report.validToTick());
        try (LiveWorld live = LiveWorld.resume(store)) {
          live.tick(t -> {});
          line.put("tick", live.lastTick());
        }
        System.out.println(Json.write(line));
      }
    }
  }
}
