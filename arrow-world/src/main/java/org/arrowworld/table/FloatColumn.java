// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

/** The values of an f32 column. */
public interface FloatColumn {

  /** The value in a slot; InvalidUseException where there is no such slot. */
  float get(int slot);
}
