// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.window;

/**
 * An answer and where it came from.
 *
 * @param value the answer; a world is the caller's to close
 * @param origin what was read for it
 */
public record Answer<T>(T value, Origin origin) {

  /** Where an answer came from. */
  public enum Origin {
    /** Memory alone: no file was touched. */
    WINDOW,
    /** The store's files alone. */
    ARCHIVE,
    /** Older rows from files, newer ones from memory. */
    BOTH
  }
}
