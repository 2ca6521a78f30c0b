// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

/** How the buffers of a message's body are stored (Message.fbs, BodyCompression). */
public enum BodyCodec {
  /** As they are. */
  NONE,
  /** Each with bytes: its length as i64 LE, then a zstd frame; after length -1, as it is. */
  ZSTD
}
