// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.arrowworld.errors.DamagedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in a gzip file is read whole, or refused. */
class GzipMembersTest {
  @TempDir Path folder;

  private static byte[] zipped(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] joined(byte[]... parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.write(part);
    }
    return out.toByteArray();
  }

  private static byte[] read(byte[] file, int bufferBytes) throws IOException {
    try (InputStream in = new GzipMembers(new ByteArrayInputStream(file), bufferBytes)) {
      return in.readAllBytes();
    }
  }

  @Test
  void members_follow_each_other_and_zeros_may_pad_them() throws IOException {
    byte[] text = new byte[100_000];
    new Random(3).nextBytes(text);
    byte[] words = "a,b\n1,2\n".getBytes(StandardCharsets.UTF_8);
    byte[] file =
        joined(zipped(words), zipped(text), zipped(new byte[0]), zipped(words), new byte[600]);
    for (int bufferBytes : new int[] {1, 7, 512, 1 << 16}) {
      assertThat(read(file, bufferBytes)).isEqualTo(joined(words, text, words));
    }
  }

  @Test
  void whatever_else_follows_a_member_is_refused() throws IOException {
    byte[] one = zipped("x\n1\n".getBytes(StandardCharsets.UTF_8));
    byte[] two = zipped("2\n".getBytes(StandardCharsets.UTF_8));
    byte[] both = joined(one, two);
    assertThatThrownBy(() -> read(joined(one, new byte[] {'x'}), 64))
        .isInstanceOf(ZipException.class);
    for (int cut = one.length + 1; cut < both.length; cut++) {
      byte[] part = Arrays.copyOf(both, cut);
      assertThatThrownBy(() -> read(part, 64)).isInstanceOf(EOFException.class);
    }
    byte[] whole = read(both, 64);
    for (int bit = 0; bit < 8 * both.length; bit++) {
      byte[] changed = both.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        assertThat(read(changed, 64)).as("bit %d", bit).isEqualTo(whole); // the time, say
      } catch (ZipException | EOFException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }

  @Test
  void a_file_is_named_where_a_later_member_is_damaged() throws IOException {
    byte[] one = zipped("x\n1\n".getBytes(StandardCharsets.UTF_8));
    byte[] two = one.clone();
    two[1] ^= 1;
    Path file = Files.write(folder.resolve("f.csv.gz"), joined(one, two));
    try (InputStream in = TextSource.open(file)) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("f.csv.gz")
          .hasMessageContaining("it is damaged or cut, as its gzip frame says");
    }
  }
}
