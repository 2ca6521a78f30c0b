// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.AbsolutePath;

/** The runs that paths mean: a store each, or a folder of stores. */
record RunFolders(List<Run> runs, boolean areSeveral) {
  /** The column that tells runs apart. */
  static final String RUN = "run";

  private static final String STORE_FILE = "store.json";

  /**
   * Finds them, in the order of their names. One store alone has no column {@code run}; all others
   * have, with the names of their folders.
   */
  static RunFolders of(List<String> paths) throws IOException {
    if (paths.size() == 1 && isStore(local(paths.get(0)))) {
      Path store = local(paths.get(0));
      return new RunFolders(List.of(new Run(store.toString(), Map.of())), false);
    }
    List<Run> runs = new ArrayList<>();
    Map<String, Path> names = new HashMap<>();
    for (String path : paths) {
      for (Path store : stores(local(path))) {
        String name = store.getFileName().toString();
        Path other = names.put(name, store);
        if (other != null) {
          throw new InvalidUseException(
              Text.of(
                  "Cannot tell runs apart: %s and %s have the same name; read them one by one",
                  other, store));
        }
        runs.add(new Run(store.toString(), Map.of(RUN, name)));
      }
    }
    return new RunFolders(List.copyOf(runs), true);
  }

  private static List<Path> stores(Path path) throws IOException {
    if (isStore(path)) {
      return List.of(path);
    }
    List<Path> stores = List.of();
    if (Files.isDirectory(path)) {
      try (Stream<Path> entries = Files.list(path)) {
        stores = entries.filter(RunFolders::isStore).sorted().toList();
      }
    }
    if (stores.isEmpty()) {
      throw new StoreNotFoundException(path + ", nor in a folder in it");
    }
    return stores;
  }

  private static boolean isStore(Path path) {
    return Files.exists(path.resolve(STORE_FILE));
  }

  private static Path local(String path) {
    if (path.matches("[A-Za-z][A-Za-z0-9+.-]+:.*") && !path.startsWith("file:")) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read runs in '%s': expected a folder that the driver and all workers see",
              path));
    }
    return AbsolutePath.of(Run.path(path));
  }
}
