// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.Field;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.internal.arrow.ColumnVectors;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.Column;

/**
 * Copies of a table's columns as Arrow vectors, made when they are first asked for and dropped when
 * the table changes or goes. A caller may close them: they are then made again.
 */
final class ArrowCopies {
  private static final int PIECE_BYTES = 1 << 16;

  private final ReadableTable table;
  private final Codebook words;
  private final BufferAllocator allocator;
  private final Map<String, FieldVector> vectors = new LinkedHashMap<>();
  private Dictionary dictionary;

  ArrowCopies(ReadableTable table, Codebook words, BufferAllocator allocator) {
    this.table = table;
    this.words = words;
    this.allocator = allocator;
  }

  synchronized FieldVector vector(Column column) {
    FieldVector made = vectors.get(column.name());
    if (made != null && made.getValueCount() == table.rows()) {
      return made;
    }
    if (made != null) {
      made.close();
    }
    FieldVector vector = copy(column);
    vectors.put(column.name(), vector);
    return vector;
  }

  synchronized VectorSchemaRoot root() {
    List<FieldVector> all = new ArrayList<>();
    table.columns().forEach(column -> all.add(vector(column)));
    List<Field> fields = all.stream().map(FieldVector::getField).toList();
    return new VectorSchemaRoot(fields, all, table.rows());
  }

  synchronized DictionaryProvider dictionaries() {
    if (dictionary != null && dictionary.getVector().getValueCount() != words.size()) {
      dictionary.getVector().close();
      dictionary = null;
    }
    if (dictionary == null) {
      dictionary =
          ColumnVectors.words(
              IntStream.range(0, words.size()).mapToObj(words::word).toList(), allocator);
    }
    return new DictionaryProvider.MapDictionaryProvider(dictionary);
  }

  private FieldVector copy(Column column) {
    ByteBuffer source = MutableTable.borrow(table, column);
    FieldVector vector = ColumnVectors.field(column).createVector(allocator);
    try (ArrowBuf data = allocator.buffer(source.remaining());
        ArrowBuf ones = allocator.buffer((table.rows() + 7L) / 8)) {
      ones.setOne(0, ones.capacity());
      fill(data, source);
      vector.loadFieldBuffers(new ArrowFieldNode(table.rows(), 0), List.of(ones, data));
      return vector;
    } catch (OutOfMemoryException e) {
      throw new MemoryFullException(table.name() + "." + column.name(), table.rows(), e);
    }
  }

  /** By way of the heap: Arrow reads a direct byte buffer with a JVM flag only. */
  private static void fill(ArrowBuf target, ByteBuffer source) {
    byte[] piece = new byte[Math.min(PIECE_BYTES, source.remaining())];
    for (long at = 0; source.hasRemaining(); ) {
      int length = Math.min(piece.length, source.remaining());
      source.get(piece, 0, length);
      target.setBytes(at, piece, 0, length);
      at += length;
    }
  }

  /** Closes the copies: the table has changed, or goes. */
  synchronized void drop() {
    vectors.values().forEach(FieldVector::close);
    vectors.clear();
    if (dictionary != null) {
      dictionary.getVector().close();
      dictionary = null;
    }
  }
}
