// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.math.BigInteger;

/** Values in JSON as they are: an integer that a script's number cannot hold is text. */
final class Exact {
  private static final long LARGEST = 1L << 53;

  private Exact() {}

  static Object json(Object value) {
    if (value instanceof BigInteger large) {
      return large.toString();
    }
    if (value instanceof Long number) {
      return number > LARGEST || number < -LARGEST ? (Object) number.toString() : number;
    }
    if (value instanceof Float number) {
      return Double.valueOf(number.toString()); // as short as the float is
    }
    return value;
  }
}
