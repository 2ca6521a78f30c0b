// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.Locale;

/** What fills the slot of a removed row (spec O-9). */
public enum RemovalPolicy {
  /** The last row moves into it. */
  SWAP_REMOVE,
  /** The rows behind it move down by one; order is kept. */
  COMPACT;

  /** The name in schemas. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
