// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

/** How a file lays out the elements of an array. */
public enum NpyOrder {
  /** The last index varies fastest. */
  C,
  /** The first index varies fastest ({@code fortran_order: True}). */
  FORTRAN
}
