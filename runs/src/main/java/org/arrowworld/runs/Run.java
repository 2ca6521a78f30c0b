// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.published.Location;

/**
 * A run as it was when its folder was opened.
 *
 * @param name its name in the folder
 * @param location where its store is, or will be
 * @param parameters its parameters
 * @param state how far it is
 * @param tick the last committed tick; empty if there is none or it is not known
 * @param rows rows in its log; empty as {@code tick} is
 * @param message why it failed, or what is damaged
 * @param store its store's id in hex; empty if there is none
 * @param mark changes with its files (spec R-8); empty while it is written, {@code published} where
 *     it was
 */
public record Run(
    String name,
    Location location,
    Parameters parameters,
    RunState state,
    OptionalLong tick,
    OptionalLong rows,
    Optional<String> message,
    Optional<String> store,
    Optional<String> mark) {

  /** The mark of a run that was published. */
  static final String PUBLISHED = "published";

  /**
   * Opens its store for reading; the caller closes it.
   *
   * @throws DamagedFileException if it was published, and is another store than the catalogue says
   */
  public Store open() throws IOException {
    Store opened = location.isAddress() ? Store.open(location.address()) : Store.open(directory());
    try {
      requireSame(opened);
      return opened;
    } catch (IOException | RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Refuses a store in this run's place that is not the one that the catalogue of published runs
   * tells of (spec R-11). One that was not published may go on, and is taken as it is.
   *
   * @throws DamagedFileException if it is another one
   */
  public void requireSame(Store opened) throws IOException {
    if (!isPublished()) {
      return;
    }
    String id = opened.info().id().hex();
    long lastTick = opened.isEmpty() ? -1 : opened.lastTick();
    if (!store.equals(Optional.of(id)) || lastTick != tick.orElse(-1)) {
      throw new DamagedFileException(
          location.toString(),
          -1,
          Text.of(
              "it is the store %s up to tick %d, where the catalogue has %s up to tick %d: it was replaced; published runs never change, open them again",
              id, lastTick, store.orElse("none"), tick.orElse(-1)));
    }
  }

  /**
   * The directory of its store.
   *
   * @throws org.arrowworld.errors.InvalidUseException if the runs were opened by an address that is
   *     none of a folder
   */
  public Path directory() {
    return location.path();
  }

  /** The same as it is told of a copy that never changes (spec R-12). */
  Run published() {
    return new Run(
        name, location, parameters, state, tick, rows, message, store, Optional.of(PUBLISHED));
  }

  /** Whether it was published, so that it never changes. */
  boolean isPublished() {
    return location.isAddress() || mark.equals(Optional.of(PUBLISHED));
  }

  /** Whether it has a tick to be read. */
  public boolean hasTicks() {
    return tick.isPresent();
  }
}
