package org.arrowworld.imports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/** A column of an Arrow stream, gathered batch by batch (spec T-21). */
final class ArrowColumn {
  private final Field field;
  private final ArrowReader reader;
  private final String foreign;
  private final ColumnType type;
  private final Map<String, Integer> words = new LinkedHashMap<>();
  private final BitSet nulls = new BitSet();
  private ByteBuffer data = ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
  private int rows;

  ArrowColumn(Field field, ColumnMapping mapping, ArrowReader reader) {
    if (field.getName() == null) {
      throw new IllegalArgumentException("a column has no name");
    }
    this.field = field;
    this.reader = reader;
    Optional<ColumnType> found = type(field);
    if (found.isEmpty() && mapping.of(field.getName()).flatMap(e -> e.type()).isPresent()) {
      found = ticks(field.getType());
    }
    this.type = found.orElse(null);
    this.foreign = found.isPresent() ? null : "its Arrow type is " + field.getType();
  }

  private static Optional<ColumnType> type(Field field) {
    ArrowType type = field.getType();
    if (!field.getChildren().isEmpty()) {
      return Optional.empty();
    }
    if (field.getDictionary() != null) {
      return type instanceof ArrowType.Int || isText(type)
          ? Optional.of(ColumnType.STRING)
          : Optional.empty();
    }
    if (type instanceof ArrowType.Int integer) {
      boolean bool = "bool".equals(field.getMetadata().get("aw.type"));
      if (bool && integer.getBitWidth() == 8 && !integer.getIsSigned()) {
        return Optional.of(ColumnType.BOOL);
      }
      return Optional.of(
          ColumnType.ofLabel((integer.getIsSigned() ? "i" : "u") + integer.getBitWidth()));
    }
    if (type instanceof ArrowType.FloatingPoint real) {
      return switch (real.getPrecision()) {
        case SINGLE -> Optional.of(ColumnType.F32);
        case DOUBLE -> Optional.of(ColumnType.F64);
        case HALF -> Optional.empty();
      };
    }
    if (type instanceof ArrowType.Bool) {
      return Optional.of(ColumnType.BOOL);
    }
    return isText(type) ? Optional.of(ColumnType.STRING) : Optional.empty();
  }

  private static boolean isText(ArrowType type) {
    return type instanceof ArrowType.Utf8 || type instanceof ArrowType.LargeUtf8;
  }

  /** Times as the integers they are stored as; only if a type is asked for by name. */
  private static Optional<ColumnType> ticks(ArrowType type) {
    if (type instanceof ArrowType.Timestamp || type instanceof ArrowType.Duration) {
      return Optional.of(ColumnType.I64);
    }
    if (type instanceof ArrowType.Time time) {
      return Optional.of(time.getBitWidth() == 64 ? ColumnType.I64 : ColumnType.I32);
    }
    if (type instanceof ArrowType.Date date) {
      boolean days = date.getUnit() == org.apache.arrow.vector.types.DateUnit.DAY;
      return Optional.of(days ? ColumnType.I32 : ColumnType.I64);
    }
    return Optional.empty();
  }

  /** Takes a batch's rows. */
  void add(FieldVector vector, int count) throws IOException {
    if (type == null) {
      return;
    }
    if (vector.getValueCount() != count) {
      throw new IllegalArgumentException(
          Text.of(
              "column '%s' has %d rows in a batch of %d",
              field.getName(), vector.getValueCount(), count));
    }
    requireRoom(vector, count);
    reserve(count);
    int gaps = vector.getNullCount();
    for (int row = 0; row < count && gaps > 0; row++) {
      if (vector.isNull(row)) {
        nulls.set(rows + row);
      }
    }
    if (field.getDictionary() != null) {
      addCodes((BaseIntVector) vector, count);
    } else if (vector instanceof BitVector bits) {
      for (int row = 0; row < count; row++) {
        data.put(rows + row, (byte) (bits.isNull(row) ? 0 : bits.get(row)));
      }
    } else if (vector instanceof BaseFixedWidthVector fixed) {
      addFixed(fixed, count);
    } else {
      for (int row = 0; row < count; row++) {
        data.putInt(4 * (rows + row), vector.isNull(row) ? code("") : code(text(vector, row)));
      }
    }
    rows += count;
  }

  /** What a batch says to hold it must have bytes for, before room is made for it. */
  private void requireRoom(FieldVector vector, int count) {
    long needed;
    ArrowBuf buffer;
    if (vector instanceof BitVector) {
      needed = (count + 7L) / 8;
      buffer = vector.getDataBuffer();
    } else if (vector instanceof BaseFixedWidthVector fixed) {
      needed = (long) count * fixed.getTypeWidth();
      buffer = vector.getDataBuffer();
    } else {
      needed = count == 0 ? 0 : (count + 1L) * (vector instanceof LargeVarCharVector ? 8 : 4);
      buffer = vector.getOffsetBuffer();
    }
    if (buffer.capacity() < needed) {
      throw new IllegalArgumentException(
          Text.of(
              "column '%s' has %d bytes for %d rows", field.getName(), buffer.capacity(), count));
    }
  }

  private void reserve(int count) {
    long bytes = ((long) rows + count) * type.widthBytes();
    if (bytes > data.capacity()) {
      long grown = Math.max(bytes, Math.min(2L * data.capacity(), Integer.MAX_VALUE - 16L));
      ByteBuffer larger = Conversion.allocate(field.getName(), type, grown / type.widthBytes());
      larger.put(0, data, 0, rows * type.widthBytes());
      data = larger;
    }
  }

  private void addFixed(BaseFixedWidthVector vector, int count) {
    int width = type.widthBytes();
    ArrowBuf buffer = vector.getDataBuffer();
    if (vector.getTypeWidth() != width) {
      throw new IllegalArgumentException(
          Text.of(
              "column '%s' has values of %d bytes, expected %d",
              field.getName(), vector.getTypeWidth(), width));
    }
    byte[] bytes = new byte[count * width];
    buffer.getBytes(0, bytes);
    if (type == ColumnType.BOOL) {
      for (byte value : bytes) {
        if ((value & 0xFE) != 0) {
          throw new IllegalArgumentException(
              Text.of("column '%s' of bools has the byte %d", field.getName(), value));
        }
      }
    }
    data.put(rows * width, bytes);
  }

  private void addCodes(BaseIntVector vector, int count) throws IOException {
    DictionaryEncoding encoding = field.getDictionary();
    Dictionary dictionary = reader.lookup(encoding.getId());
    if (dictionary == null || !isText(dictionary.getVectorType())) {
      throw new IllegalArgumentException(
          Text.of("column '%s' has no dictionary of text", field.getName()));
    }
    FieldVector values = dictionary.getVector();
    int[] codes = new int[values.getValueCount()];
    java.util.Arrays.fill(codes, -1);
    for (int row = 0; row < count; row++) {
      int code;
      if (((FieldVector) vector).isNull(row)) {
        code = code("");
      } else {
        long index = vector.getValueAsLong(row);
        if (index < 0 || index >= codes.length) {
          throw new IllegalArgumentException(
              Text.of("column '%s' has word %d of %d", field.getName(), index, codes.length));
        }
        if (values.isNull((int) index)) {
          nulls.set(rows + row);
          code = code("");
        } else {
          if (codes[(int) index] < 0) {
            codes[(int) index] = code(text(values, (int) index));
          }
          code = codes[(int) index];
        }
      }
      data.putInt(4 * (rows + row), code);
    }
  }

  private int code(String word) {
    return words.computeIfAbsent(word, w -> words.size());
  }

  /** Arrow's own accessors trust the offsets. */
  private String text(FieldVector vector, int row) {
    boolean large = vector instanceof LargeVarCharVector;
    ArrowBuf offsets = vector.getOffsetBuffer();
    ArrowBuf texts = vector.getDataBuffer();
    long start = large ? offsets.getLong(8L * row) : offsets.getInt(4L * row);
    long end = large ? offsets.getLong(8L * row + 8) : offsets.getInt(4L * row + 4);
    if (start < 0 || end < start || end > texts.capacity()) {
      throw new IllegalArgumentException(
          Text.of(
              "a text of column '%s' lies at bytes %d to %d of %d",
              field.getName(), start, end, texts.capacity()));
    }
    byte[] bytes = new byte[Math.toIntExact(end - start)];
    texts.getBytes(start, bytes);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          Text.of("a text of column '%s' is not UTF-8", field.getName()), e);
    }
  }

  void finish(List<ForeignColumn> columns, Findings findings) {
    if (foreign != null) {
      findings.unmapped(field.getName(), foreign);
    } else {
      List<String> found = List.copyOf(words.keySet());
      columns.add(new ForeignColumn(field.getName(), type, data, nulls, found));
    }
  }
}
