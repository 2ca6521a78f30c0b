// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.nio.ByteBuffer;

/** Small helpers of this package's tests. */
final class NpyTesting {
  private NpyTesting() {}

  static byte[] bytes(NpyArray array) {
    ByteBuffer view = array.bytes();
    byte[] bytes = new byte[view.remaining()];
    view.get(bytes);
    return bytes;
  }
}
