// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

/** How the entries of an archive are stored. */
public enum Compression {
  /** As they are, like {@code np.savez}. */
  STORED(0),
  /** Deflated, like {@code np.savez_compressed}. */
  DEFLATED(8);

  private final int method;

  Compression(int method) {
    this.method = method;
  }

  int method() {
    return method;
  }
}
