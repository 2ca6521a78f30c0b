// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

/**
 * When the checksums of a snapshot's column data are checked. Manifest, footers and everything else
 * outside the data is always checked at open.
 */
public enum Verify {
  /** A column's data is checked when it is read for the first time; untouched data never is. */
  ON_FIRST_TOUCH,
  /** All data is checked at open. */
  ALL,
  /** Data is not checked: for files that were verified before. */
  NONE
}
