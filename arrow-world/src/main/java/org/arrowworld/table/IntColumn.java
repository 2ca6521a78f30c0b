// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

/** The values of a u8, i8, u16, i16 or i32 column. */
public interface IntColumn {

  /** The value in a slot; InvalidUseException where there is no such slot. */
  int get(int slot);
}
