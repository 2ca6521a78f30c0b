// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.Utf8;

/** The values of a UTF-8 dictionary: written as a body, read as a view. */
public final class Words {
  private final ByteBuffer offsets;
  private final ByteBuffer bytes;
  private final int count;

  private Words(ByteBuffer offsets, ByteBuffer bytes, int count) {
    this.offsets = offsets;
    this.bytes = bytes;
    this.count = count;
  }

  /** A dictionary without words. */
  public static Words none() {
    return new Words(ByteBuffer.allocate(0), ByteBuffer.allocate(0), 0);
  }

  /** The words of one column, checked: offsets ascend, stay inside the bytes, and cut UTF-8. */
  public static Words checked(String file, long at, int count, ByteBuffer offsets, ByteBuffer bytes)
      throws DamagedFileException {
    offsets.order(ByteOrder.LITTLE_ENDIAN);
    if (count > 0 && offsets.remaining() < 4L * (count + 1)) {
      throw new DamagedFileException(file, at, "a dictionary's offsets are cut short");
    }
    int previous = 0;
    for (int i = 0; i <= count && count > 0; i++) {
      int offset = offsets.getInt(4 * i);
      if (offset < previous || offset > bytes.remaining() || (i == 0 && offset != 0)) {
        throw new DamagedFileException(
            file, at, Text.of("a dictionary's offset %d of word %d is out of order", offset, i));
      }
      previous = offset;
    }
    if (count > 0 && !Utf8.isAscii(bytes) && !Utf8.areWords(bytes, offsets, count)) {
      throw new DamagedFileException(file, at, "a word of a dictionary is not UTF-8");
    }
    return new Words(offsets, bytes, count);
  }

  /** The same words in memory of their own, which outlives what they were read into. */
  public Words copy() {
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(utf8(i));
    }
    return of(all);
  }

  /** A dictionary of these words, in memory of its own. */
  public static Words of(List<byte[]> words) {
    BodyLayout layout = layout(words, 8);
    ByteBuffer body =
        ByteBuffer.allocate(Math.toIntExact(layout.lengthBytes())).order(ByteOrder.LITTLE_ENDIAN);
    fill(words, layout, body);
    ByteBuffer offsets =
        body.slice((int) layout.bufferOffset(1), (int) layout.bufferLength(1))
            .order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer bytes = body.slice((int) layout.bufferOffset(2), (int) layout.bufferLength(2));
    return new Words(offsets, bytes, words.size());
  }

  /** How a body with these words is laid out. */
  public static BodyLayout layout(List<byte[]> words, int alignmentBytes) {
    long total = words.stream().mapToLong(w -> w.length).sum();
    BodyLayout layout = new BodyLayout(words.size(), alignmentBytes);
    layout.node(words.size(), 0);
    layout.buffer(0);
    layout.buffer(4L * (words.size() + 1));
    layout.buffer(total);
    return layout;
  }

  /** Fills a body laid out by {@link #layout}. */
  public static void fill(List<byte[]> words, BodyLayout layout, ByteBuffer body) {
    layout.zeroPadding(body);
    int at = 0;
    int offsets = (int) layout.bufferOffset(1);
    int data = (int) layout.bufferOffset(2);
    for (int i = 0; i < words.size(); i++) {
      body.putInt(offsets + 4 * i, at);
      body.put(data + at, words.get(i));
      at += words.get(i).length;
    }
    body.putInt(offsets + 4 * words.size(), at);
  }

  /** Number of words. */
  public int count() {
    return count;
  }

  /** UTF-8 bytes of a word; the index must be below {@link #count}. */
  public byte[] utf8(int index) {
    int from = offsets.getInt(4 * index);
    byte[] word = new byte[offsets.getInt(4 * index + 4) - from];
    bytes.get(bytes.position() + from, word);
    return word;
  }

  /** A word. */
  public String word(int index) {
    return new String(utf8(index), StandardCharsets.UTF_8);
  }
}
