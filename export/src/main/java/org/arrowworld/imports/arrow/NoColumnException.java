// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

/** One column cannot be a column; the others can. */
final class NoColumnException extends Exception {
  private static final long serialVersionUID = 1L;

  NoColumnException(String why) {
    super(why);
  }
}
