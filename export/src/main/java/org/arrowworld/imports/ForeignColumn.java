package org.arrowworld.imports;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import org.arrowworld.schema.ColumnType;

/**
 * A column as it was found.
 *
 * @param name its name there
 * @param type its type; words are codes into {@code words}
 * @param data its values, little-endian, from position 0 on
 * @param nulls rows without a value; their bytes mean nothing
 * @param words the words of a string column, in any order; else empty
 * @param unit what its values mean (spec T-8); empty if they are plain
 */
record ForeignColumn(
    String name, ColumnType type, ByteBuffer data, BitSet nulls, List<String> words, String unit) {

  ForeignColumn(String name, ColumnType type, ByteBuffer data, BitSet nulls, List<String> words) {
    this(name, type, data, nulls, words, "");
  }

  /** This column with a unit. */
  ForeignColumn in(String meaning) {
    return new ForeignColumn(name, type, data, nulls, words, meaning);
  }

  /** A column of numbers or bools, without nulls. */
  static ForeignColumn of(String name, ColumnType type, ByteBuffer data) {
    return new ForeignColumn(name, type, data, new BitSet(), List.of());
  }
}
