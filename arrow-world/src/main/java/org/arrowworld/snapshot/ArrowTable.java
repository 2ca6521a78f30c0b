// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.Field;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.arrow.ColumnVectors;
import org.arrowworld.internal.memory.ForeignBuffers;
import org.arrowworld.schema.Column;
import org.arrowworld.table.TableColumns;

/**
 * A table of a snapshot as Arrow vectors, without copies: a vector's data is the mapped file. One
 * bitmap of ones, made with the first vector, is the validity of all; Arrow alone would fill one
 * per column.
 *
 * <p>The vectors are <b>read-only</b>: writing to one writes to a read-only map, which ends the
 * JVM, as does reading one after {@link #close} with Arrow's bounds checks turned off. {@link
 * TableColumns} has no such edges. One thread at a time for making vectors; any number for reading
 * them.
 */
public final class ArrowTable implements AutoCloseable {
  private final TableColumns table;
  private final List<String> words;
  private final BufferAllocator allocator;
  private final Map<String, FieldVector> vectors = new LinkedHashMap<>();
  private ArrowBuf ones;
  private Dictionary dictionary;

  ArrowTable(TableColumns table, List<String> words, BufferAllocator allocator) {
    this.table = table;
    this.words = words;
    this.allocator = allocator;
  }

  /**
   * A column's vector, of the table's row count; it belongs to this object. String columns are
   * unsigned 32-bit indices into {@link #dictionaries}, bools unsigned 8-bit integers.
   *
   * @throws java.io.UncheckedIOException if its bytes are damaged
   */
  public FieldVector vector(String column) {
    FieldVector made = vectors.get(column);
    if (made == null) {
      made = map(column(column));
      vectors.put(column, made);
    }
    return made;
  }

  private Column column(String name) {
    return table.columns().stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidUseException(
                    Text.of(
                        "Unknown column '%s' of table '%s': it has %s",
                        name,
                        table.name(),
                        Nearest.of(name, table.columns().stream().map(Column::name).toList()))));
  }

  /** All columns in file order; its vectors belong to this object, so it need not be closed. */
  public VectorSchemaRoot root() {
    List<FieldVector> all = new ArrayList<>();
    table.columns().forEach(c -> all.add(vector(c.name())));
    List<Field> fields = all.stream().map(FieldVector::getField).toList();
    return new VectorSchemaRoot(fields, all, table.rows());
  }

  /** The codebook as the dictionary of all string columns. */
  public DictionaryProvider dictionaries() {
    if (dictionary == null) {
      dictionary = ColumnVectors.words(words, allocator);
    }
    return new DictionaryProvider.MapDictionaryProvider(dictionary);
  }

  private FieldVector map(Column column) {
    ByteBuffer bytes = table.bytes(column);
    FieldVector vector = ColumnVectors.field(column).createVector(allocator);
    ArrowBuf data = ForeignBuffers.wrap(bytes, allocator);
    try {
      vector.loadFieldBuffers(new ArrowFieldNode(table.rows(), 0), List.of(ones(), data));
      return vector;
    } catch (RuntimeException | Error e) {
      vector.close();
      throw e;
    } finally {
      data.close();
    }
  }

  private ArrowBuf ones() {
    if (ones == null) {
      ones = allocator.buffer((table.rows() + 7L) / 8);
      ones.setOne(0, ones.capacity());
    }
    return ones;
  }

  /** Releases the vectors. Idempotent. */
  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>(vectors.values());
    if (ones != null) {
      all.add(ones);
    }
    if (dictionary != null) {
      all.add(dictionary.getVector());
    }
    vectors.clear();
    ones = null;
    dictionary = null;
    AutoCloseables.closeNoChecked(AutoCloseables.all(all));
  }
}
