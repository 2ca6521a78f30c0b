// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.regex.Pattern;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** Names of tables, columns, events and inputs (spec S-9). */
final class Names {
  private static final Pattern VALID = Pattern.compile("[A-Za-z_#-][A-Za-z0-9_#-]{0,99}");

  private Names() {}

  static void check(String what, String name) {
    if (name == null || !VALID.matcher(name).matches()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot name a %s '%s': expected 1 to 100 of [A-Za-z0-9_#-], the first not a digit",
              what, name));
    }
  }
}
