package org.arrowworld.snapshot;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.memory.ForeignBuffers;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
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
  private static final DictionaryEncoding WORDS =
      new DictionaryEncoding(
          SnapshotFormat.CODEBOOK_DICTIONARY, false, new ArrowType.Int(32, false));

  private final TableColumns table;
  private final List<String> words;
  private final BufferAllocator allocator;
  private final Map<String, FieldVector> vectors = new LinkedHashMap<>();
  private ArrowBuf ones;
  private VarCharVector wordVector;

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
                    Text.of("Unknown column '%s' of table '%s'", name, table.name())));
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
    if (wordVector == null) {
      wordVector = new VarCharVector("word", allocator);
      wordVector.allocateNew();
      for (int code = 0; code < words.size(); code++) {
        wordVector.setSafe(code, words.get(code).getBytes(StandardCharsets.UTF_8));
      }
      wordVector.setValueCount(words.size());
    }
    return new DictionaryProvider.MapDictionaryProvider(new Dictionary(wordVector, WORDS));
  }

  private FieldVector map(Column column) {
    ByteBuffer bytes = table.bytes(column);
    FieldVector vector = field(column).createVector(allocator);
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

  private static Field field(Column column) {
    Map<String, String> metadata =
        column.type() == ColumnType.BOOL ? Map.of("aw.type", "bool") : Map.of();
    DictionaryEncoding encoding = column.type() == ColumnType.STRING ? WORDS : null;
    FieldType type = new FieldType(false, arrowType(column.type()), encoding, metadata);
    return new Field(column.name(), type, null);
  }

  private static ArrowType arrowType(ColumnType type) {
    return switch (type) {
      case F32 -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
      case F64 -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
      case I8, I16, I32, I64 -> new ArrowType.Int(8 * type.widthBytes(), true);
      case U8, U16, U32, U64, BOOL, STRING -> new ArrowType.Int(8 * type.widthBytes(), false);
    };
  }

  /** Releases the vectors. Idempotent. */
  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>(vectors.values());
    if (ones != null) {
      all.add(ones);
    }
    if (wordVector != null) {
      all.add(wordVector);
    }
    vectors.clear();
    ones = null;
    wordVector = null;
    AutoCloseables.closeNoChecked(AutoCloseables.all(all));
  }
}
