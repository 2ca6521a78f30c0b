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
 */
record ForeignColumn(
    String name, ColumnType type, ByteBuffer data, BitSet nulls, List<String> words) {

  /** A column of numbers or bools, without nulls. */
  static ForeignColumn of(String name, ColumnType type, ByteBuffer data) {
    return new ForeignColumn(name, type, data, new BitSet(), List.of());
  }
}
