// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A body as it is stored.
 *
 * @param layout where its nodes and buffers lie
 * @param buffers the bytes of each buffer, from position to limit
 */
public record StoredBody(BodyLayout layout, List<ByteBuffer> buffers) {

  /** Copies the buffers, and zeros between them, into a frame's body. */
  public void fill(ByteBuffer body) {
    layout.zeroPadding(body);
    for (int i = 0; i < buffers.size(); i++) {
      ByteBuffer buffer = buffers.get(i);
      body.put((int) layout.bufferOffset(i), buffer, buffer.position(), buffer.remaining());
    }
  }
}
