// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * BLAKE2b without a key, as RFC 7693 has it and Python's {@code hashlib.blake2b} computes it. Not
 * safe for use by several threads at once.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7693">RFC 7693</a>
 */
public final class Blake2b {
  private static final int BLOCK_BYTES = 128;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long[] IV = {
    0x6a09e667f3bcc908L, 0xbb67ae8584caa73bL, 0x3c6ef372fe94f82bL, 0xa54ff53a5f1d36f1L,
    0x510e527fade682d1L, 0x9b05688c2b3e6c1fL, 0x1f83d9abfb41bd6bL, 0x5be0cd19137e2179L
  };

  private final long[] state = IV.clone();
  private final long[] message = new long[16];
  private final long[] work = new long[16];
  private final byte[] block = new byte[BLOCK_BYTES];
  private final int digestBytes;
  private byte[] chunk;
  private int filled;
  private long counted;

  /**
   * @param digestBytes length of the digest, 1 to 64
   */
  public Blake2b(int digestBytes) {
    if (digestBytes < 1 || digestBytes > 64) {
      throw new IllegalArgumentException("Cannot make a digest of " + digestBytes + " bytes");
    }
    this.digestBytes = digestBytes;
    state[0] ^= 0x01010000L ^ digestBytes;
  }

  /** Adds bytes. */
  public Blake2b update(byte[] bytes) {
    return update(bytes, 0, bytes.length);
  }

  /** Adds a buffer's remaining bytes, without moving its position. */
  public Blake2b update(ByteBuffer bytes) {
    if (chunk == null) {
      chunk = new byte[1 << 16];
    }
    for (int at = bytes.position(); at < bytes.limit(); ) {
      int count = Math.min(chunk.length, bytes.limit() - at);
      bytes.get(at, chunk, 0, count);
      update(chunk, 0, count);
      at += count;
    }
    return this;
  }

  private Blake2b update(byte[] bytes, int from, int count) {
    int at = from;
    int end = from + count;
    if (filled > 0) {
      int part = Math.min(BLOCK_BYTES - filled, count);
      System.arraycopy(bytes, at, block, filled, part);
      filled += part;
      at += part;
      if (at == end) {
        return this; // the last block waits: only the digest knows that it is the last
      }
      counted += BLOCK_BYTES;
      compress(block, 0, 0);
      filled = 0;
    }
    for (; end - at > BLOCK_BYTES; at += BLOCK_BYTES) {
      counted += BLOCK_BYTES;
      compress(bytes, at, 0);
    }
    filled = end - at;
    System.arraycopy(bytes, at, block, 0, filled);
    return this;
  }

  /** The digest of everything added; the object is of no use afterwards. */
  public byte[] digest() {
    finish();
    // Byte by byte: wide stores into a fresh array that is copied at once are suspected of having
    // got lost once in compiled code.
    byte[] out = new byte[digestBytes];
    for (int i = 0; i < digestBytes; i++) {
      out[i] = (byte) (state[i / 8] >>> (8 * (i % 8)));
    }
    return out;
  }

  /** The first 8 bytes of the digest as a little-endian number; of no use afterwards, too. */
  public long digestLong() {
    finish();
    return state[0];
  }

  private void finish() {
    Arrays.fill(block, filled, BLOCK_BYTES, (byte) 0);
    counted += filled;
    compress(block, 0, -1);
  }

  private void compress(byte[] bytes, int at, long last) {
    long[] m = message;
    for (int i = 0; i < 16; i++) {
      m[i] = (long) LONG.get(bytes, at + 8 * i);
    }
    long[] v = work;
    System.arraycopy(state, 0, v, 0, 8);
    System.arraycopy(IV, 0, v, 8, 8);
    v[12] ^= counted;
    v[14] ^= last;
    Blake2bRounds.firstTwo(v, m);
    Blake2bRounds.fourMore(v, m);
    Blake2bRounds.lastFour(v, m);
    Blake2bRounds.firstTwo(v, m);
    for (int i = 0; i < 8; i++) {
      state[i] ^= v[i] ^ v[i + 8];
    }
  }
}
