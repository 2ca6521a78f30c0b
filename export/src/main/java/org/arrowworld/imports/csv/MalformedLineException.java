// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

/** A line of a piece is malformed; whoever knows where the piece begins says where in the file. */
final class MalformedLineException extends Exception {
  private static final long serialVersionUID = 1;

  private final long line;

  /**
   * @param line the line, from 0 at the beginning of the piece
   */
  MalformedLineException(long line, String finding) {
    super(finding);
    this.line = line;
  }

  long line() {
    return line;
  }
}
