// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;

/** What is shown of the runs, and which options say more about it. */
enum ViewName {
  LOG,
  EVENTS,
  STATE,
  LIVES,
  RUNS;

  /** Whether it has an option that only some views have. */
  boolean has(String option) {
    return switch (option) {
      case "table" -> this == STATE || this == LIVES;
      case "tick" -> this == STATE;
      default -> false;
    };
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static ViewName of(String label) {
    List<String> known = Arrays.stream(values()).map(ViewName::label).toList();
    int found = known.indexOf(label);
    if (found < 0) {
      throw new InvalidUseException(
          Text.of("Unknown view '%s': expected one of %s", label, Nearest.of(label, known)));
    }
    return values()[found];
  }
}
