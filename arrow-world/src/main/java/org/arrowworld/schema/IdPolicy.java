// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.Locale;

/** Who chooses the ids of a row table (spec O-10, O-12). */
public enum IdPolicy {
  /** The table: freed ids first, the last freed on top, then new ones. */
  ALLOCATED,
  /** The caller: any id that is not live. */
  EXTERNAL;

  /** The name in schemas. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
