// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/** Seeded changes of one value in a JSON text. */
final class JsonChanges {
  private static final List<String> TOKENS =
      List.of(
          "null",
          "true",
          "false",
          "-1",
          "0",
          "1",
          "2",
          "1.0",
          "1e2",
          "99999999999999999999",
          "\"\"",
          "[]",
          "{}",
          "2147483648",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"ffffffffffffffff\"",
          "\"0000000000000000\"",
          "\"FFFFFFFFFFFFFFFF\"",
          "\"u8\"",
          "\"compact\"",
          "\"external\"",
          "\"row\"");

  private JsonChanges() {}

  /** Puts another value in the place of one. */
  static byte[] change(byte[] original, SplittableRandom random) {
    int from = random.nextInt(original.length);
    while (from > 0 && ":,[{".indexOf(original[from]) < 0) {
      from--;
    }
    int to = from + 1;
    while (to < original.length && ",]}".indexOf(original[to]) < 0) {
      to++;
    }
    String token = TOKENS.get(random.nextInt(TOKENS.size()));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(original, 0, from + 1);
    bytes.writeBytes(token.getBytes(StandardCharsets.UTF_8));
    bytes.write(original, to, original.length - to);
    return bytes.toByteArray();
  }
}
