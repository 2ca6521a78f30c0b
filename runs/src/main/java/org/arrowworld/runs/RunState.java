// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.util.Locale;

/** How far a run is (spec R-6). */
public enum RunState {
  /** It was not begun, or no tick of it was committed. */
  WAITING,
  /** It stands at its last committed tick. */
  BEGUN,
  /** It has ended. */
  DONE,
  /** What ran it failed; {@link Run#message} says why. */
  FAILED,
  /** Its files cannot be read; {@link Run#message} says why. */
  DAMAGED;

  /** The word for it in catalogues, filters and on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return word();
  }
}
