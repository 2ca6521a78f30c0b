// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

/** The values of a u32 column, as 32 bits (ids are written so everywhere), or as numbers. */
public interface U32Column {

  /** The value in a slot; InvalidUseException where there is no such slot. */
  int get(int slot);

  /** The value in a slot as a number from 0 to 4,294,967,295. */
  default long number(int slot) {
    return Integer.toUnsignedLong(get(slot));
  }
}
