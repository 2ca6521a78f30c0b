// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Direct memory that one thread uses again and again; it grows to the largest use. */
public final class Scratch {
  private ByteBuffer memory = ByteBuffer.allocateDirect(0);

  /** Little-endian memory of just this length, with whatever it held; the last one is void. */
  public ByteBuffer take(int lengthBytes) {
    if (memory.capacity() < lengthBytes) {
      memory = ByteBuffer.allocateDirect(Math.max(lengthBytes, lengthBytes / 4 * 5));
    }
    return memory.slice(0, lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
