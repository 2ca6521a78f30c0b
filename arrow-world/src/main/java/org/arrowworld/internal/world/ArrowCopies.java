package org.arrowworld.internal.world;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
import org.arrowworld.internal.memory.ForeignBuffers;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.Column;

/**
 * Copies of a table's columns as Arrow vectors, made when they are first asked for and dropped when
 * the table changes or goes. A caller may close them: they are then made again.
 */
final class ArrowCopies {
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
    String name = table.name() + "." + column.name();
    try {
      FieldVector vector = ColumnVectors.field(column).createVector(allocator);
      ByteBuffer bytes = direct(source.remaining()).put(source).flip();
      ByteBuffer ones = direct((table.rows() + 7) / 8);
      while (ones.hasRemaining()) {
        ones.put((byte) 0xFF);
      }
      ArrowBuf data = ForeignBuffers.wrap(bytes, allocator);
      ArrowBuf validity = ForeignBuffers.wrap(ones.flip(), allocator);
      try (data;
          validity) {
        vector.loadFieldBuffers(new ArrowFieldNode(table.rows(), 0), List.of(validity, data));
        return vector;
      }
    } catch (OutOfMemoryException e) {
      throw new MemoryFullException(name, table.rows(), e);
    } catch (OutOfMemoryError e) {
      throw MemoryFullException.copying(name, source.remaining(), e);
    }
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
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
