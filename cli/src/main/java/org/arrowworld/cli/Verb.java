// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.arrowworld.Store;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.published.Addresses;
import org.arrowworld.published.Location;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import picocli.CommandLine.Option;

/** A command. Subclasses hold its options and do its work. */
abstract class Verb implements Callable<Integer> {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean unusedHelp;

  @Option(names = "--debug", description = "Show the stack trace of a failure.")
  private boolean debug;

  private Console console;

  final void attach(Console newConsole) {
    console = newConsole;
  }

  final Console console() {
    return console;
  }

  final boolean wantsTrace() {
    return debug;
  }

  /** Its plain command lines, if it is short enough for picocli's start to matter; else null. */
  QuickArguments quick() {
    return null;
  }

  final void wantTrace() {
    debug = true;
  }

  /** What the command does, as it follows "Cannot". */
  abstract String purpose();

  /** Does it; returns the exit code. */
  abstract int execute() throws IOException;

  @Override
  public final Integer call() throws IOException {
    return execute();
  }

  /** The store in a directory, open for reading. */
  static Store open(Path path) throws IOException {
    return Store.open(store(path));
  }

  /** A store, open for reading. */
  static Store open(Location location) throws IOException {
    return location.isAddress()
        ? Store.open(location.address())
        : Store.open(store(location.path()));
  }

  /** The storage of a store. */
  static Storage store(Location location) throws IOException {
    return location.isAddress() ? Addresses.storage(location.address()) : store(location.path());
  }

  /** The storage of a store's directory. */
  static DiskStorage store(Path path) throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new NotDirectoryException(path.toString());
    }
    if (!Files.exists(path)) {
      throw new StoreNotFoundException(path.toString());
    }
    return new DiskStorage(path);
  }
}
