// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.AbsolutePath;

/**
 * The runs that are served, by name. What was given as a store is one; a directory is looked
 * through each time, two levels deep, so that runs that are begun later are seen too. Links inside
 * it are not followed.
 */
final class ServedRuns implements Closeable {
  private static final int DEPTH = 2;
  private static final int MOST_RUNS = 1000;
  private static final String STORE = "store.json";

  private final List<Path> roots = new ArrayList<>();
  private final Turns turns;
  private final int mostIdle;
  private final long keptBytes;
  private final Map<Path, ServedRun> open = new LinkedHashMap<>();

  /** The runs in some places, read within limits. */
  ServedRuns(List<Path> roots, ServeOptions.Limits limits) throws IOException {
    for (Path root : roots) {
      Path absolute = AbsolutePath.of(root).normalize();
      if (!Files.isDirectory(absolute)) {
        throw new StoreNotFoundException(root.toString());
      }
      this.roots.add(absolute);
    }
    this.turns = new Turns(limits.scans(), limits.patienceMillis(), "readings of stores");
    this.mostIdle = limits.scans();
    this.keptBytes = limits.keyframeBytes() / (limits.scans() + mostIdle);
    if (paths().isEmpty()) {
      throw new StoreNotFoundException(
          Text.of("%s, or up to %d folders below it", roots.get(0), DEPTH));
    }
  }

  /** The runs there are now, by name. */
  synchronized Map<String, ServedRun> all() throws IOException {
    Map<String, ServedRun> named = new LinkedHashMap<>();
    for (Map.Entry<String, Path> entry : paths().entrySet()) {
      named.put(
          entry.getKey(),
          open.computeIfAbsent(
              entry.getValue(), path -> new ServedRun(entry.getKey(), path, turns, keptBytes)));
    }
    return named;
  }

  ServedRun run(String name) throws IOException {
    Map<String, ServedRun> all = all();
    ServedRun run = all.get(name);
    if (run == null) {
      throw new Problem(
          404,
          "run_not_found",
          Text.of("There is no run '%s' here: there are %s", name, all.keySet()));
    }
    return run;
  }

  /** Closes the readers that were not used for longest, of all runs, where there are many. */
  void trim() throws IOException {
    List<Idle> idle = new ArrayList<>();
    for (ServedRun run : opened()) {
      run.idle().forEach((reader, used) -> idle.add(new Idle(run, reader, used)));
    }
    idle.sort(Comparator.comparingLong(Idle::usedNanos));
    for (Idle one : idle.subList(0, Math.max(0, idle.size() - mostIdle))) {
      one.run.close(one.reader);
    }
  }

  private record Idle(ServedRun run, Reader reader, long usedNanos) {}

  private synchronized List<ServedRun> opened() {
    return List.copyOf(open.values());
  }

  private Map<String, Path> paths() throws IOException {
    Map<String, Path> paths = new LinkedHashMap<>();
    for (Path root : roots) {
      if (Files.exists(root.resolve(STORE))) {
        put(paths, name(root, root), root);
      } else {
        look(root, root, DEPTH, paths);
      }
    }
    return paths;
  }

  private static void look(Path root, Path folder, int depth, Map<String, Path> paths)
      throws IOException {
    List<Path> folders;
    try (Stream<Path> entries = Files.list(folder)) {
      folders =
          entries
              .filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
              .filter(Files::isReadable)
              .sorted()
              .toList();
    }
    for (Path entry : folders) {
      if (Files.exists(entry.resolve(STORE), LinkOption.NOFOLLOW_LINKS)) {
        put(paths, name(root, entry), entry);
      } else if (depth > 1) {
        look(root, entry, depth - 1, paths);
      }
    }
  }

  private static String name(Path root, Path store) {
    Path name = store.equals(root) ? store.getFileName() : root.relativize(store);
    return name == null ? "run" : name.toString().replace('\\', '/');
  }

  private static void put(Map<String, Path> paths, String name, Path path) {
    String free = name;
    for (int i = 2; paths.containsKey(free) && !paths.get(free).equals(path); i++) {
      free = name + "-" + i;
    }
    if (paths.size() < MOST_RUNS) {
      paths.put(free, path);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    for (ServedRun run : open.values()) {
      run.close();
    }
    open.clear();
  }
}
