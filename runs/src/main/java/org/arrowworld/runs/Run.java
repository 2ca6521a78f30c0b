// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.arrowworld.Store;

/**
 * A run as it was when its folder was opened.
 *
 * @param name its name in the folder
 * @param directory where its store is, or will be
 * @param parameters its parameters
 * @param state how far it is
 * @param tick the last committed tick; empty if there is none or it is not known
 * @param rows rows in its log; empty as {@code tick} is
 * @param message why it failed, or what is damaged
 * @param store its store's id in hex; empty if there is none
 * @param mark changes with its files (spec R-8); empty while it is written
 */
public record Run(
    String name,
    Path directory,
    Parameters parameters,
    RunState state,
    OptionalLong tick,
    OptionalLong rows,
    Optional<String> message,
    Optional<String> store,
    Optional<String> mark) {

  /** Opens its store for reading; the caller closes it. */
  public Store open() throws IOException {
    return Store.open(directory);
  }

  /** Whether it has a tick to be read. */
  public boolean hasTicks() {
    return tick.isPresent();
  }
}
