// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

/** The values of a bool column. */
public interface BoolColumn {

  /** The value in a slot; InvalidUseException where there is no such slot. */
  boolean get(int slot);
}
