// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/** Bytes that must be UTF-8: what is none is refused, never replaced by U+FFFD. */
public final class Utf8 {
  private Utf8() {}

  /**
   * The text of bytes.
   *
   * @throws CharacterCodingException if they are not UTF-8
   */
  public static String decode(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  /** Whether all bytes are ASCII, which is UTF-8 wherever it is cut. */
  public static boolean isAscii(ByteBuffer bytes) {
    int at = bytes.position();
    for (; at <= bytes.limit() - Long.BYTES; at += Long.BYTES) {
      if ((bytes.getLong(at) & 0x8080_8080_8080_8080L) != 0) {
        return false;
      }
    }
    for (; at < bytes.limit(); at++) {
      if (bytes.get(at) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether each word between two places is UTF-8. */
  public static boolean areWords(ByteBuffer bytes, ByteBuffer offsets, int count) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer chars = CharBuffer.allocate(1024);
    for (int i = 0; i < count; i++) {
      int from = bytes.position() + offsets.getInt(4 * i);
      int to = bytes.position() + offsets.getInt(4 * i + 4);
      ByteBuffer word = bytes.duplicate().limit(to).position(from);
      decoder.reset();
      while (true) {
        var result = decoder.decode(word, chars.clear(), true);
        if (result.isError()) {
          return false;
        }
        if (result.isUnderflow()) {
          break;
        }
      }
    }
    return true;
  }
}
