// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.Locale;

/** Where entities come from and what they died of, as rows beside born and died. */
public enum Lineage {
  /** {@code T.parent} after a birth: the id of the parent. */
  PARENT,
  /** {@code T.cause} after a death: a word. */
  CAUSE;

  /** The name in schemas and the last part of the key. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
