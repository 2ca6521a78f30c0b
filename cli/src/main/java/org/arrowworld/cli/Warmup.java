// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * Runs the verbs once on a small store, so that an archive of their classes (AppCDS) can be made as
 * this process ends. The launcher asks for it by {@code -Daw.warmup=true}.
 */
final class Warmup {
  private Warmup() {}

  /** Runs them; what they print is dropped. Fails if one does. */
  static void run() throws IOException {
    Path folder = Files.createTempDirectory("aw-warmup");
    try {
      run(folder.resolve("store").toString(), folder.resolve("at").toString());
    } finally {
      try (var paths = Files.walk(folder)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static void run(String store, String out) {
    aw("run", "--out", store, "--ticks", "2", "--snapshot-every", "2", "--durability", "none");
    aw("info", store);
    aw("info", store, "--json");
    aw("log", store, "--where", "creature.energy < 1 and tick > 1", "--range", "0..2");
    aw("history", store, "--table", "creature", "--id", "1", "--json");
    aw("hash", store, "--tick", "2");
    aw("hash", store, "--tick", "1");
    aw("at", store, "--tick", "1");
    aw("at", store, "--tick", "2", "--to", "npz", "--out", out);
    aw("verify", store);
  }

  private static void aw(String... args) {
    Output nowhere = new Output(OutputStream.nullOutputStream());
    int exit = Main.run(new Console(nowhere, nowhere, false, () -> false), args);
    if (exit != Exit.OK) {
      throw new IllegalStateException(String.join(" ", args) + " exits with " + exit);
    }
  }
}
