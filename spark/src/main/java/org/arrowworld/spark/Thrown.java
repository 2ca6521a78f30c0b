// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

/** Spark's interfaces declare no exceptions, but pass on all: users get the library's own. */
final class Thrown {
  private Thrown() {}

  /** Throws an exception as it is. */
  static RuntimeException as(Exception exception) {
    throw Thrown.<RuntimeException>unchecked(exception);
  }

  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // the compiler is told what is not so
  private static <E extends Exception> E unchecked(Exception exception) throws E {
    throw (E) exception;
  }
}
