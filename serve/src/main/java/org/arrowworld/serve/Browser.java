// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.internal.Text;

/**
 * Opens an address in the user's browser. The address goes there by a page that only the user can
 * read, so that its token is in no command line, where everybody on the machine sees it.
 */
public final class Browser {
  private Browser() {}

  /**
   * Opens an address.
   *
   * @return whether a browser was asked; where there is none, the user must be given the address
   */
  public static boolean open(URI address) throws IOException {
    Optional<List<String>> command = command(System.getProperty("os.name", ""), System.getenv());
    if (command.isEmpty()) {
      return false;
    }
    Path page = page(address);
    try {
      List<String> words = new java.util.ArrayList<>(command.get());
      words.add(page.toUri().toString());
      new ProcessBuilder(words)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
      return true;
    } catch (IOException e) {
      Files.deleteIfExists(page);
      return false;
    }
  }

  /** What opens a page on a system; empty where there is no screen. */
  static Optional<List<String>> command(String system, Map<String, String> environment) {
    String name = system.toLowerCase(Locale.ROOT);
    if (name.contains("mac")) {
      return Optional.of(List.of("open"));
    }
    if (name.contains("windows")) {
      return Optional.of(List.of("rundll32", "url.dll,FileProtocolHandler"));
    }
    boolean screen =
        environment.containsKey("DISPLAY") || environment.containsKey("WAYLAND_DISPLAY");
    return screen ? Optional.of(List.of("xdg-open")) : Optional.empty();
  }

  /** A page that leads to the address, readable by this user alone; gone when the process ends. */
  static Path page(URI address) throws IOException {
    FileAttribute<?>[] attributes =
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    Path page = Files.createTempFile("arrow-world-view-", ".html", attributes);
    page.toFile().deleteOnExit();
    String html =
        Text.of(
            "<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">"
                + "<meta http-equiv=\"refresh\" content=\"0;url=%s\"><title>arrow-world</title>",
            address);
    Files.writeString(page, html, StandardCharsets.UTF_8);
    return page;
  }
}
