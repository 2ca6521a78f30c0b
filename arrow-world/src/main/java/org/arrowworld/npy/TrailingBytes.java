// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

/** What to do about bytes behind the array a header describes. */
public enum TrailingBytes {
  /** They are an error; the rule for anything imported. */
  REFUSE,
  /** They are room to grow in, or rows not yet counted: field runs have them. */
  TOLERATE
}
