// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * LZ4 frames (the LZ4 frame format, version 1.6) decompressed into memory whose size is known.
 * Blocks are the library's work. Its decompressor takes each block by itself; a block that refers
 * to the 64 KiB before it is given them as literals in front, which is what it would have found.
 */
final class Lz4Frames {
  private static final int MAGIC = 0x184D_2204;
  private static final int WINDOW_BYTES = 1 << 16;
  private static final int STORED = 0x8000_0000;
  private static final int MAX_BLOCK_BYTES = 4 << 20;

  private final LZ4SafeDecompressor blocks = LZ4Factory.fastestInstance().safeDecompressor();
  private byte[] linked = new byte[0];

  /**
   * Decompresses one frame that fills the target.
   *
   * @throws IllegalArgumentException if it is malformed, or holds more or less
   */
  void decompress(byte[] frame, int from, int length, byte[] target, int size) {
    ByteBuffer in = ByteBuffer.wrap(frame, from, length).order(ByteOrder.LITTLE_ENDIAN);
    require(in.remaining() >= 7 && in.getInt() == MAGIC, "it does not begin as one");
    int flags = in.get();
    in.get();
    require(
        (flags & 0xC0) == 0x40 && (flags & 0x01) == 0, "a version or a dictionary is not known");
    boolean independent = (flags & 0x20) != 0;
    int blockChecksum = (flags & 0x10) != 0 ? Integer.BYTES : 0;
    if ((flags & 0x08) != 0) {
      require(in.remaining() > Long.BYTES && in.getLong() == size, "it says to hold another size");
    }
    require(in.hasRemaining(), "it is cut");
    in.get(); // checksum of the descriptor
    int at = 0;
    while (true) {
      require(in.remaining() >= Integer.BYTES, "it is cut");
      int header = in.getInt();
      if (header == 0) {
        break;
      }
      int bytes = header & ~STORED;
      require(bytes <= MAX_BLOCK_BYTES && bytes <= in.remaining() - blockChecksum, "it is cut");
      int start = in.position();
      if ((header & STORED) != 0) {
        require(bytes <= size - at, "it holds more");
        System.arraycopy(frame, start, target, at, bytes);
        at += bytes;
      } else {
        at += block(frame, start, bytes, target, at, size, independent ? 0 : at);
      }
      in.position(start + bytes + blockChecksum);
    }
    require(at == size, "it holds " + at);
  }

  private int block(
      byte[] frame, int start, int bytes, byte[] target, int at, int size, int before) {
    try {
      if (before == 0) {
        return blocks.decompress(frame, start, bytes, target, at, size - at);
      }
      int window = Math.min(before, WINDOW_BYTES);
      int count = withWindow(frame, start, bytes, target, at - window, window);
      int room = size - at + window;
      return blocks.decompress(linked, 0, count, target, at - window, room) - window;
    } catch (LZ4Exception | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "a buffer is not a sound LZ4 frame: a block is malformed", e);
    }
  }

  /** Puts a window in front of the literals that a block begins with. */
  private int withWindow(byte[] frame, int start, int bytes, byte[] target, int from, int window) {
    require(bytes > 0, "a block is empty");
    int token = frame[start] & 0xFF;
    int at = start + 1;
    int literals = token >>> 4;
    if (literals == 15) {
      int more;
      do {
        require(at < start + bytes, "a block is malformed");
        more = frame[at++] & 0xFF;
        literals += more;
        require(literals <= bytes, "a block is malformed");
      } while (more == 255);
    }
    int all = literals + window;
    int rest = start + bytes - at;
    int needed = 2 + all / 255 + 1 + window + rest;
    if (linked.length < needed) {
      linked = new byte[needed + WINDOW_BYTES];
    }
    int to = 0;
    if (all < 15) {
      linked[to++] = (byte) ((all << 4) | (token & 0x0F));
    } else {
      linked[to++] = (byte) (0xF0 | (token & 0x0F));
      int left = all - 15;
      for (; left >= 255; left -= 255) {
        linked[to++] = (byte) 255;
      }
      linked[to++] = (byte) left;
    }
    System.arraycopy(target, from, linked, to, window);
    System.arraycopy(frame, at, linked, to + window, rest);
    return to + window + rest;
  }

  private static void require(boolean condition, String finding) {
    if (!condition) {
      throw new IllegalArgumentException("a buffer is not a sound LZ4 frame: " + finding);
    }
  }
}
