// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

/** The type of a value read from a record log, or of a whole field (spec G-6). */
public enum SimType {
  /** A 64-bit integer. */
  INT64,
  /** A float64. */
  FLOAT64,
  /** A string. */
  STRING,
  /** A truth value. */
  BOOL,
  /** Of a field only: no one type holds all its values exactly; each value has its own. */
  MIXED
}
