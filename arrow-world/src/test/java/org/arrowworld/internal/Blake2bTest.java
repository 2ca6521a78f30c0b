// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.crypto.digests.Blake2bDigest;
import org.junit.jupiter.api.Test;

class Blake2bTest {
  @Test
  void the_vector_of_rfc_7693_comes_out() {
    byte[] digest = new Blake2b(64).update("abc".getBytes(StandardCharsets.US_ASCII)).digest();
    assertThat(HexFormat.of().formatHex(digest))
        .isEqualTo(
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  }

  @Test
  void every_length_and_digest_size_agrees_with_bouncy_castle() {
    byte[] bytes = new byte[600];
    new Random(1).nextBytes(bytes);
    for (int length = 0; length <= bytes.length; length++) {
      byte[] input = Arrays.copyOf(bytes, length);
      int size = 1 + length % 64;
      assertThat(new Blake2b(size).update(input).digest())
          .as("%d bytes, digest of %d", length, size)
          .isEqualTo(reference(input, size));
    }
  }

  @Test
  void bytes_may_come_in_any_pieces_and_kinds_of_buffer() {
    Random random = new Random(2);
    byte[] bytes = new byte[300_000];
    random.nextBytes(bytes);
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    for (int run = 0; run < 50; run++) {
      Blake2b hash = new Blake2b(16);
      for (int at = 0; at < bytes.length; ) {
        int count = Math.min(bytes.length - at, random.nextInt(run < 25 ? 70_000 : 400));
        ByteBuffer piece = direct.duplicate().position(at).limit(at + count);
        if (random.nextBoolean()) {
          hash.update(piece);
          assertThat(piece.position()).isEqualTo(at);
        } else {
          hash.update(Arrays.copyOfRange(bytes, at, at + count));
        }
        at += count;
      }
      assertThat(hash.digest()).isEqualTo(reference(bytes, 16));
    }
  }

  @Test
  void a_digest_stays_the_same_however_hot_the_code_is() {
    byte[] input = new byte[36];
    byte[] expected = reference(input, 8);
    long number = ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN).getLong();
    for (int i = 0; i < 300_000; i++) {
      byte[] digest = new Blake2b(8).update(input).digest();
      if (!Arrays.equals(digest, expected) || new Blake2b(8).update(input).digestLong() != number) {
        assertThat(digest).as("digest %d", i).isEqualTo(expected);
      }
    }
  }

  private static byte[] reference(byte[] input, int size) {
    Blake2bDigest digest = new Blake2bDigest(8 * size);
    digest.update(input, 0, input.length);
    byte[] out = new byte[size];
    digest.doFinal(out, 0);
    return out;
  }
}
