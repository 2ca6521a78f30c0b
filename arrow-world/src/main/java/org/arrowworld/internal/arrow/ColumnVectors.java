// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.arrow;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;

/**
 * Arrow's names for column types: string columns are unsigned 32-bit indices into the dictionary of
 * the store's words, bools unsigned 8-bit integers that say so in their metadata.
 */
public final class ColumnVectors {
  /** The id of the dictionary of words (spec N-2). */
  public static final long CODEBOOK_DICTIONARY = 0;

  private static final DictionaryEncoding WORDS =
      new DictionaryEncoding(CODEBOOK_DICTIONARY, false, new ArrowType.Int(32, false));

  private ColumnVectors() {}

  /** The field of a column. */
  public static Field field(Column column) {
    DictionaryEncoding encoding = column.type() == ColumnType.STRING ? WORDS : null;
    FieldType type =
        new FieldType(false, arrowType(column.type()), encoding, column.fieldMetadata());
    return new Field(column.name(), type, null);
  }

  /** The words, by code; the caller closes the dictionary's vector. */
  public static Dictionary words(List<String> words, BufferAllocator allocator) {
    VarCharVector vector = new VarCharVector("word", allocator);
    vector.allocateNew();
    for (int code = 0; code < words.size(); code++) {
      vector.setSafe(code, words.get(code).getBytes(StandardCharsets.UTF_8));
    }
    vector.setValueCount(words.size());
    return new Dictionary(vector, WORDS);
  }

  private static ArrowType arrowType(ColumnType type) {
    return switch (type) {
      case F32 -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
      case F64 -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
      case I8, I16, I32, I64 -> new ArrowType.Int(8 * type.widthBytes(), true);
      case U8, U16, U32, U64, BOOL, STRING -> new ArrowType.Int(8 * type.widthBytes(), false);
    };
  }
}
