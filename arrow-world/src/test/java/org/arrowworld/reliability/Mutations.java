// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Seeded changes of a file's bytes, as somebody who knows such files would make them. */
final class Mutations {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    7,
    8,
    63,
    64,
    255,
    256,
    65535,
    65536,
    1 << 24,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -8,
    0xFFFF_FFF8L
  };

  private static final List<String> TOKENS =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1e999",
          "99999999999999999999",
          "1.5",
          "\"\"",
          "[]",
          "{}",
          "9223372036854775807",
          "-9223372036854775808",
          "2147483648",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "[[[[]]]]",
          "\"ffffffffffffffff\"",
          "\"8000000000000000\"");

  private Mutations() {}

  /** Changes that keep the length: bits, bytes, and numbers where numbers may stand. */
  static byte[] inPlace(byte[] original, SplittableRandom random) {
    byte[] bytes = original.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> number(bytes, at & -4, 4, random);
        case 3 -> number(bytes, at & -8, 8, random);
        default -> number(bytes, at & -2, 2, random);
      }
    }
    return bytes;
  }

  private static void number(byte[] bytes, int at, int width, SplittableRandom random) {
    long value =
        random.nextInt(4) == 0
            ? bytes.length + random.nextInt(17) - 8
            : NUMBERS[random.nextInt(NUMBERS.length)];
    for (int i = 0; i < width && at + i < bytes.length; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
  }

  /** Also cuts, repeats, removes and inserts stretches. */
  static byte[] any(byte[] original, SplittableRandom random) {
    int from = random.nextInt(original.length);
    int to = from + random.nextInt(Math.min(64, original.length - from) + 1);
    return switch (random.nextInt(6)) {
      case 0 -> Arrays.copyOf(original, from);
      case 1 -> joined(original, to, original, from); // repeats a stretch
      case 2 -> joined(original, from, original, to); // removes one
      case 3 -> joined(original, from, new byte[to - from + 8], 0, original, from);
      default -> inPlace(original, random);
    };
  }

  /** Replaces a value of a JSON text by another, or changes it as bytes. */
  static byte[] json(byte[] original, SplittableRandom random) {
    if (random.nextInt(4) == 0) {
      return any(original, random);
    }
    int from = random.nextInt(original.length);
    while (from > 0 && ":,[{".indexOf(original[from]) < 0) {
      from--;
    }
    int to = from + 1;
    while (to < original.length && ",]}".indexOf(original[to]) < 0) {
      to++;
    }
    String token = TOKENS.get(random.nextInt(TOKENS.size()));
    byte[] text = token.getBytes(StandardCharsets.UTF_8);
    return joined(original, from + 1, text, 0, original, to);
  }

  private static byte[] joined(byte[] head, int headTo, byte[] tail, int tailFrom) {
    return joined(head, headTo, tail, tailFrom, new byte[0], 0);
  }

  private static byte[] joined(
      byte[] head, int headTo, byte[] middle, int middleFrom, byte[] tail, int tailFrom) {
    int middleLength = middle.length - middleFrom;
    byte[] all = Arrays.copyOf(head, headTo + middleLength + tail.length - tailFrom);
    System.arraycopy(middle, middleFrom, all, headTo, middleLength);
    System.arraycopy(tail, tailFrom, all, headTo + middleLength, tail.length - tailFrom);
    return all;
  }
}
