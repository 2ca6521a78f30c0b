// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.arrowworld.storage.AbsolutePath;
import picocli.AutoComplete;

/** Writes the completion script for bash and zsh that a release ships; its argument is the file. */
final class Completion {
  private Completion() {}

  public static void main(String[] args) throws IOException {
    String script = AutoComplete.bash("aw", RootCommand.commands(Console.ofProcess()));
    Path file = AbsolutePath.of(Path.of(args[0]));
    Files.createDirectories(file.getParent());
    Files.writeString(file, script.replace("\r\n", "\n"));
  }
}
