// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.arrowworld.internal.Blake2b;
import org.arrowworld.internal.Text;

/** What stands in a run's directory, without reading any file. */
final class RunFiles {
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._=,+-]{0,99}";

  private final Path directory;
  private final Path outcome;

  RunFiles(Path directory, Path outcome) {
    this.directory = directory;
    this.outcome = outcome;
  }

  /** Whether it can be a run's name (spec R-1). */
  static boolean isRunName(String name) {
    return name.matches(NAME) && !name.endsWith(".tmp");
  }

  /** The subdirectories that are runs, by name. */
  static List<String> runs(Path folder) throws IOException {
    List<String> runs = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
      for (Path path : found) {
        String name = path.getFileName().toString();
        if (isRunName(name)
            && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
            && isStore(path)) {
          runs.add(name);
        }
      }
    }
    runs.sort(Comparator.naturalOrder());
    return runs;
  }

  static boolean isStore(Path directory) {
    return !Files.isSymbolicLink(directory)
        && Files.isRegularFile(directory.resolve("store.json"), LinkOption.NOFOLLOW_LINKS);
  }

  boolean isLink() {
    return Files.isSymbolicLink(directory);
  }

  boolean hasStore() {
    return isStore(directory);
  }

  /** Whether a segment is live, and the run so may be written now. */
  boolean isLive() throws IOException {
    return names(directory.resolve("log").resolve("live")).stream()
        .anyMatch(name -> name.endsWith(".arrows"));
  }

  /** The mark (spec R-8); empty where there is no store, or one that may change any time. */
  Optional<String> mark(Parameters planned) throws IOException {
    if (!hasStore() || isLive() || Files.exists(directory.resolve("fence.json"))) {
      return Optional.empty();
    }
    StringBuilder lines = new StringBuilder();
    for (Map.Entry<String, String> parameter : planned.texts().entrySet()) {
      lines.append(parameter.getKey()).append('=').append(parameter.getValue()).append('\n');
    }
    line(lines, outcome);
    line(lines, directory.resolve("store.json"));
    Path log = directory.resolve("log");
    for (String name : names(log)) {
      line(lines, log.resolve(name));
    }
    Blake2b hash = new Blake2b(Long.BYTES);
    hash.update(
        ByteBuffer.wrap(lines.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    return Optional.of(HexFormat.of().formatHex(hash.digest()));
  }

  private static List<String> names(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
      found.forEach(path -> names.add(path.getFileName().toString()));
    } catch (NoSuchFileException | NotDirectoryException e) {
      return names;
    }
    names.sort(Comparator.naturalOrder());
    return names;
  }

  private static void line(StringBuilder lines, Path file) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isRegularFile()) {
        lines
            .append(file.getFileName())
            .append(Text.of(" %d ", attributes.size()))
            .append(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS))
            .append('\n');
      }
    } catch (NoSuchFileException e) {
      return; // it went meanwhile, or never was
    }
  }
}
