// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

/** Exit codes. */
final class Exit {
  static final int OK = 0;
  static final int FAILURE = 1;
  static final int USAGE = 2;

  /** Finished, but something was lost. */
  static final int DATA_LOSS = 3;

  private Exit() {}
}
