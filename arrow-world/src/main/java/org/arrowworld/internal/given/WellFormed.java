// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.given;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** The one check of text on its way into a store: UTF-8 must be able to carry it. */
public final class WellFormed {
  private WellFormed() {}

  /**
   * Refuses a text that UTF-8 cannot carry, which would be stored as another one.
   *
   * @param action what is being done, for the message: "Cannot [action] '...': ..."
   * @return the text
   * @throws InvalidUseException if it is null or has a surrogate without its pair
   */
  public static String text(String action, String text) {
    if (text == null) {
      throw new InvalidUseException(Text.of("Cannot %s null: expected text; \"\" is one", action));
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw new InvalidUseException(
              Text.of(
                  "Cannot %s '%s': it has a surrogate without its pair at char %d; cut text between code points",
                  action, shown(text), i));
        }
        i++;
      }
    }
    return text;
  }

  private static String shown(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
