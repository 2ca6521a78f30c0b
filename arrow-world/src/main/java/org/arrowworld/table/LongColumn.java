// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

/** The values of an i64 column, or the bits of those of a u64 column. */
public interface LongColumn {

  /** The value in a slot; InvalidUseException where there is no such slot. */
  long get(int slot);
}
