// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import org.arrowworld.schema.Column;
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
 * @param doc what it says, for people; empty if that is not known
 */
record ForeignColumn(
    String name,
    ColumnType type,
    ByteBuffer data,
    BitSet nulls,
    List<String> words,
    String unit,
    String doc) {

  ForeignColumn(String name, ColumnType type, ByteBuffer data, BitSet nulls, List<String> words) {
    this(name, type, data, nulls, words, "", "");
  }

  ForeignColumn(
      String name,
      ColumnType type,
      ByteBuffer data,
      BitSet nulls,
      List<String> words,
      String unit) {
    this(name, type, data, nulls, words, unit, "");
  }

  /** This column with a unit. */
  ForeignColumn in(String meaning) {
    return new ForeignColumn(name, type, data, nulls, words, meaning, doc);
  }

  /** This column with what it says, for people. */
  ForeignColumn saying(String text) {
    return new ForeignColumn(name, type, data, nulls, words, unit, text);
  }

  /** A column of a store, with the unit and the doc of this one as far as a store can have them. */
  Column described(Column column) {
    Column counted = fits(unit, Column.MAX_UNIT_BYTES) ? column.withUnit(unit) : column;
    return fits(doc, Column.MAX_DOC_BYTES) ? counted.withDoc(doc) : counted;
  }

  private static boolean fits(String text, int mostBytes) {
    return text.getBytes(StandardCharsets.UTF_8).length <= mostBytes;
  }

  /** A column of numbers or bools, without nulls. */
  static ForeignColumn of(String name, ColumnType type, ByteBuffer data) {
    return new ForeignColumn(name, type, data, new BitSet(), List.of());
  }
}
