// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

/** The words of a string column. */
public interface StringColumn {

  /** The value in a slot; InvalidUseException where there is no such slot. */
  String get(int slot);

  /** The code of the word in a slot, by the order of first use in the store. */
  int code(int slot);
}
