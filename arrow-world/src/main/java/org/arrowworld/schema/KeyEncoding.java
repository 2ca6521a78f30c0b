// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.Locale;

/** How the 64 bits of a log row's {@code val} carry a value (spec L-9). */
public enum KeyEncoding {
  /** The number itself, exact in a float64. */
  VALUE,
  /** The bit pattern of a 64-bit integer. */
  BITS,
  /** The store-wide code of a word, as a number; the word stands in {@code text}. */
  CODE;

  /** The name in {@code aw.keys}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
