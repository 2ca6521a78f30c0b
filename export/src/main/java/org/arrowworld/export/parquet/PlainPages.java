// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.nio.ByteBuffer;
import org.arrowworld.schema.ColumnType;

/** PLAIN pages of what is not stored as it lies in memory. */
final class PlainPages {
  private PlainPages() {}

  /** The values of a dictionary. */
  static void dictionary(ParquetColumn column, NumberDictionary numbers, GrowingBuffer out) {
    ByteBuffer target = out.room(8 * numbers.size());
    for (int i = 0; i < numbers.size(); i++) {
      long bits = numbers.value(i);
      switch (column.type()) {
        case U64, I64, F64 -> target.putLong(bits);
        case I8 -> target.putInt((byte) bits);
        case I16 -> target.putInt((short) bits);
        case U8, U16, U32, I32, F32, BOOL, STRING -> target.putInt((int) bits);
      }
    }
  }

  /** Rows of one-byte and two-byte values: bools as bits, integers widened to four bytes. */
  static void narrow(ColumnType type, ByteBuffer data, int from, int to, GrowingBuffer out) {
    if (type == ColumnType.BOOL) {
      bits(data, from, to, out.room((to - from + 7) / 8));
      return;
    }
    ByteBuffer target = out.room(4 * (to - from));
    for (int row = from; row < to; row++) {
      target.putInt(Bounds.narrow(type, data, row));
    }
  }

  /** BYTE_STREAM_SPLIT: the first bytes of all values, then the second bytes, and so on. */
  static void split(int width, ByteBuffer data, int from, int to, GrowingBuffer out) {
    int count = to - from;
    ByteBuffer target = out.room(count * width);
    byte[] stream = new byte[count];
    for (int part = 0; part < width; part++) {
      for (int i = 0; i < count; i++) {
        stream[i] = data.get((from + i) * width + part);
      }
      target.put(stream);
    }
  }

  private static void bits(ByteBuffer data, int from, int to, ByteBuffer target) {
    int row = from;
    while (row < to) {
      int packed = 0;
      for (int bit = 0; bit < 8 && row < to; bit++, row++) {
        packed |= (data.get(row) & 1) << bit;
      }
      target.put((byte) packed);
    }
  }

  /** All words of a dictionary. */
  static void words(WordDictionary words, GrowingBuffer out) {
    for (int i = 0; i < words.size(); i++) {
      word(words.word(i), out);
    }
  }

  /** The words of rows, none of them null. */
  static void words(WordDictionary words, int[] indices, int from, int to, GrowingBuffer out) {
    for (int row = from; row < to; row++) {
      word(words.word(indices[row]), out);
    }
  }

  private static void word(byte[] word, GrowingBuffer out) {
    out.room(4 + word.length).putInt(word.length).put(word);
  }
}
