// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.testing;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.arrowworld.internal.json.Json;

/**
 * The reference inputs beside the project ({@code ../shared/data} from its root); tests that need
 * them are skipped, saying so, where they are absent.
 */
public final class SharedData {
  private SharedData() {}

  /** A folder of the reference inputs; the test is skipped if it is not there. */
  public static Path folder(String name) {
    Path folder = data().resolve(name);
    assumeThat(folder)
        .withFailMessage("skipped: the reference inputs shared/data/%s are not here", name)
        .isDirectory();
    return folder;
  }

  /** A folder of hostile inputs; the test is skipped if it is not there. */
  public static Path corpus(String name) {
    Path folder = corpora().resolve(name);
    assumeThat(folder)
        .withFailMessage("skipped: the hostile inputs shared/corpora/%s are not here", name)
        .isDirectory();
    return folder;
  }

  /** Where the hostile inputs are, if they are there. */
  public static Path corpora() {
    return data().resolveSibling("corpora");
  }

  /** The files that went wrong for others; they may be absent. */
  public static Path cases() {
    return data().resolveSibling("cases");
  }

  private static Path data() {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.exists(at.resolve("mvnw"))) {
      at = at.getParent();
    }
    return at == null ? Path.of("shared/data") : at.resolve("../shared/data").normalize();
  }

  /** An object of a JSON file: maps, lists, strings, longs, doubles, booleans. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> json(Path file) throws IOException {
    return (Map<String, Object>) Json.parse(Files.readString(file));
  }
}
