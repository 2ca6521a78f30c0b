// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

/** The values of an f64 column. */
public interface DoubleColumn {

  /** The value in a slot; InvalidUseException where there is no such slot. */
  double get(int slot);
}
