// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The libraries in the page are those that NOTICE names, and every file of the page is served. */
class VendoredTest {
  private static final Path PAGE = Path.of("src/main/resources/org/arrowworld/serve/page");

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(PAGE)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void libraries_of_others_have_the_hashes_that_notice_names()
      throws IOException, NoSuchAlgorithmException {
    String notice = Files.readString(Path.of("..", "NOTICE"), StandardCharsets.UTF_8);
    int libraries = 0;
    for (Path file : files()) {
      if (file.getParent().endsWith("vendor") && !file.toString().endsWith(".txt")) {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        assertThat(notice).as(file.toString()).contains(HexFormat.of().formatHex(hash));
        libraries++;
      }
    }
    assertThat(libraries).isEqualTo(3);
  }

  @Test
  void every_file_of_the_page_is_in_the_closed_list() throws IOException {
    List<String> names =
        files().stream().map(file -> PAGE.relativize(file).toString().replace('\\', '/')).toList();
    assertThat(Page.FILES).containsExactlyInAnyOrderElementsOf(names);
  }
}
