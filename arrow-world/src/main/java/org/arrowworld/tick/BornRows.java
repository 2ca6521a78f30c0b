// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.tick;

/**
 * Rows that are born in this tick, inserted together: columns are given as arrays of one value per
 * row, checked as {@link TickTable#write} checks them; columns that are not given take their
 * defaults.
 */
public interface BornRows {

  /** How many rows. */
  int size();

  /** The handle of one of them, from 0 on; made when it is asked for. */
  Born get(int index);

  /** Gives the values of an integer column, one per row. */
  BornRows write(String column, byte[] values);

  /** Gives the values of an integer column, one per row. */
  BornRows write(String column, short[] values);

  /** Gives the values of an integer column, one per row. */
  BornRows write(String column, int[] values);

  /** Gives the values of an integer column, one per row. */
  BornRows write(String column, long[] values);

  /** Gives the values of an f32 column, one per row. */
  BornRows write(String column, float[] values);

  /** Gives the values of an f64 column, one per row. */
  BornRows write(String column, double[] values);

  /** Gives the values of a bool column, one per row. */
  BornRows write(String column, boolean[] values);

  /** Gives the values of a string column, one per row. */
  BornRows write(String column, String[] values);

  /** Gives the values of a u64 column, one per row, as their 64 bits. */
  BornRows writeUnsigned(String column, long[] bits);
}
