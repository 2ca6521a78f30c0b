// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.given;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** The one check of arguments that must be there. */
public final class Given {
  private Given() {}

  /**
   * Refuses null.
   *
   * @param action what is being done, for the message: "Cannot [action] without a [what]: it is
   *     null"
   * @return the value
   */
  public static <T> T required(String action, String what, T value) {
    if (value == null) {
      throw new InvalidUseException(Text.of("Cannot %s without a %s: it is null", action, what));
    }
    return value;
  }
}
