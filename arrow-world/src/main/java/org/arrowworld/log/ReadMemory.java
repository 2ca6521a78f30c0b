// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import org.arrowworld.internal.ipc.BodyReader;
import org.arrowworld.internal.ipc.Scratch;

/**
 * Memory that readers of several segments share, so that it does not grow with their number. What a
 * reader returned is void as soon as any of them reads again.
 */
record ReadMemory(Scratch region, BodyReader words, BodyReader batches) {
  ReadMemory() {
    this(new Scratch(), BodyReader.forFile(0), BodyReader.forFile(0));
  }
}
