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
  private static final int ROUNDS = 12;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long[] IV = {
    0x6a09e667f3bcc908L, 0xbb67ae8584caa73bL, 0x3c6ef372fe94f82bL, 0xa54ff53a5f1d36f1L,
    0x510e527fade682d1L, 0x9b05688c2b3e6c1fL, 0x1f83d9abfb41bd6bL, 0x5be0cd19137e2179L
  };

  /** Message word permutations, one row of 16 per round; rounds 10 and 11 repeat 0 and 1. */
  private static final byte[] SIGMA = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
    11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
    7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
    9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
    2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
    12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
    13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
    6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
    10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3
  };

  private final long[] state = IV.clone();
  private final long[] message = new long[16];
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

  /**
   * The sixteen working words are locals, so that they live in registers; a round is a loop's body,
   * because twelve of them written out exceed what the JIT compiles.
   */
  private void compress(byte[] bytes, int at, long last) {
    long[] m = message;
    for (int i = 0; i < 16; i++) {
      m[i] = (long) LONG.get(bytes, at + 8 * i);
    }
    long v0 = state[0];
    long v1 = state[1];
    long v2 = state[2];
    long v3 = state[3];
    long v4 = state[4];
    long v5 = state[5];
    long v6 = state[6];
    long v7 = state[7];
    long v8 = IV[0];
    long v9 = IV[1];
    long v10 = IV[2];
    long v11 = IV[3];
    long v12 = IV[4] ^ counted;
    long v13 = IV[5];
    long v14 = IV[6] ^ last;
    long v15 = IV[7];
    for (int s = 0; s < 16 * ROUNDS; s += 16) {
      v0 += v4 + m[SIGMA[s] & 15];
      v12 = Long.rotateRight(v12 ^ v0, 32);
      v8 += v12;
      v4 = Long.rotateRight(v4 ^ v8, 24);
      v0 += v4 + m[SIGMA[s + 1] & 15];
      v12 = Long.rotateRight(v12 ^ v0, 16);
      v8 += v12;
      v4 = Long.rotateRight(v4 ^ v8, 63);
      v1 += v5 + m[SIGMA[s + 2] & 15];
      v13 = Long.rotateRight(v13 ^ v1, 32);
      v9 += v13;
      v5 = Long.rotateRight(v5 ^ v9, 24);
      v1 += v5 + m[SIGMA[s + 3] & 15];
      v13 = Long.rotateRight(v13 ^ v1, 16);
      v9 += v13;
      v5 = Long.rotateRight(v5 ^ v9, 63);
      v2 += v6 + m[SIGMA[s + 4] & 15];
      v14 = Long.rotateRight(v14 ^ v2, 32);
      v10 += v14;
      v6 = Long.rotateRight(v6 ^ v10, 24);
      v2 += v6 + m[SIGMA[s + 5] & 15];
      v14 = Long.rotateRight(v14 ^ v2, 16);
      v10 += v14;
      v6 = Long.rotateRight(v6 ^ v10, 63);
      v3 += v7 + m[SIGMA[s + 6] & 15];
      v15 = Long.rotateRight(v15 ^ v3, 32);
      v11 += v15;
      v7 = Long.rotateRight(v7 ^ v11, 24);
      v3 += v7 + m[SIGMA[s + 7] & 15];
      v15 = Long.rotateRight(v15 ^ v3, 16);
      v11 += v15;
      v7 = Long.rotateRight(v7 ^ v11, 63);
      v0 += v5 + m[SIGMA[s + 8] & 15];
      v15 = Long.rotateRight(v15 ^ v0, 32);
      v10 += v15;
      v5 = Long.rotateRight(v5 ^ v10, 24);
      v0 += v5 + m[SIGMA[s + 9] & 15];
      v15 = Long.rotateRight(v15 ^ v0, 16);
      v10 += v15;
      v5 = Long.rotateRight(v5 ^ v10, 63);
      v1 += v6 + m[SIGMA[s + 10] & 15];
      v12 = Long.rotateRight(v12 ^ v1, 32);
      v11 += v12;
      v6 = Long.rotateRight(v6 ^ v11, 24);
      v1 += v6 + m[SIGMA[s + 11] & 15];
      v12 = Long.rotateRight(v12 ^ v1, 16);
      v11 += v12;
      v6 = Long.rotateRight(v6 ^ v11, 63);
      v2 += v7 + m[SIGMA[s + 12] & 15];
      v13 = Long.rotateRight(v13 ^ v2, 32);
      v8 += v13;
      v7 = Long.rotateRight(v7 ^ v8, 24);
      v2 += v7 + m[SIGMA[s + 13] & 15];
      v13 = Long.rotateRight(v13 ^ v2, 16);
      v8 += v13;
      v7 = Long.rotateRight(v7 ^ v8, 63);
      v3 += v4 + m[SIGMA[s + 14] & 15];
      v14 = Long.rotateRight(v14 ^ v3, 32);
      v9 += v14;
      v4 = Long.rotateRight(v4 ^ v9, 24);
      v3 += v4 + m[SIGMA[s + 15] & 15];
      v14 = Long.rotateRight(v14 ^ v3, 16);
      v9 += v14;
      v4 = Long.rotateRight(v4 ^ v9, 63);
    }
    state[0] ^= v0 ^ v8;
    state[1] ^= v1 ^ v9;
    state[2] ^= v2 ^ v10;
    state[3] ^= v3 ^ v11;
    state[4] ^= v4 ^ v12;
    state[5] ^= v5 ^ v13;
    state[6] ^= v6 ^ v14;
    state[7] ^= v7 ^ v15;
  }
}
