// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.DictionaryEncoding;
import org.apache.arrow.flatbuf.Duration;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeBinary;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Interval;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Time;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Union;
import org.apache.arrow.flatbuf.UnionMode;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.arrow.StoredType.Kind;
import org.arrowworld.imports.arrow.StoredType.Unit;
import org.arrowworld.internal.Text;

/**
 * A schema of anyone's.
 *
 * @param fields its fields
 * @param metadata its custom metadata
 */
record ArrowSchema(List<ArrowField> fields, Map<String, String> metadata) {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_FIELDS = 200_000;
  private static final int MAX_TEXT_BYTES = 64 << 20;

  /**
   * Reads a schema.
   *
   * @throws DamagedFileException if it is malformed
   * @throws InvalidUseException if it is big-endian
   */
  static ArrowSchema of(String file, Schema schema) throws DamagedFileException {
    if (schema == null) {
      throw new DamagedFileException(file, -1, "it has no schema");
    }
    if (schema.endianness() != Endianness.Little) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read %s: its numbers are big-endian, which is not read here; write it again on a little-endian machine, or with pyarrow, which reads it",
              file));
    }
    return new Parser(file).schema(schema);
  }

  /** Counts what it reads, so that a small file cannot mean a large schema. */
  private static final class Parser {
    private final String file;
    private int fields;
    private long textBytes;

    Parser(String file) {
      this.file = file;
    }

    ArrowSchema schema(Schema schema) throws DamagedFileException {
      List<ArrowField> found = new ArrayList<>();
      for (int i = 0; i < schema.fieldsLength(); i++) {
        found.add(field(schema.fields(i), 0));
      }
      Map<String, String> metadata = new LinkedHashMap<>();
      for (int i = 0; i < schema.customMetadataLength(); i++) {
        put(metadata, schema.customMetadata(i));
      }
      return new ArrowSchema(found, metadata);
    }

    private ArrowField field(Field field, int depth) throws DamagedFileException {
      if (depth > MAX_DEPTH || ++fields > MAX_FIELDS) {
        throw new DamagedFileException(
            file,
            -1,
            Text.of(
                "its schema is nested more than %d deep or has more than %d fields",
                MAX_DEPTH, MAX_FIELDS));
      }
      List<ArrowField> children = new ArrayList<>();
      for (int i = 0; i < field.childrenLength(); i++) {
        children.add(field(field.children(i), depth + 1));
      }
      Map<String, String> metadata = new LinkedHashMap<>();
      for (int i = 0; i < field.customMetadataLength(); i++) {
        put(metadata, field.customMetadata(i));
      }
      return new ArrowField(
          text(field.nameAsByteBuffer()), type(field), index(field), children, metadata);
    }

    private void put(Map<String, String> metadata, KeyValue pair) throws DamagedFileException {
      metadata.put(text(pair.keyAsByteBuffer()), text(pair.valueAsByteBuffer()));
    }

    private String text(ByteBuffer bytes) throws DamagedFileException {
      if (bytes == null) {
        return "";
      }
      textBytes += bytes.remaining();
      if (textBytes > MAX_TEXT_BYTES) {
        throw new DamagedFileException(
            file, -1, "the names and texts of its schema are more than 64 MiB");
      }
      return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private Optional<ArrowField.Index> index(Field field) throws DamagedFileException {
      DictionaryEncoding encoding = field.dictionary();
      if (encoding == null) {
        return Optional.empty();
      }
      Int type = encoding.indexType();
      StoredType index =
          type == null
              ? StoredType.integer(32, true)
              : StoredType.integer(width(type.bitWidth(), 8, 16, 32, 64), type.isSigned());
      return Optional.of(new ArrowField.Index(encoding.id(), index));
    }

    private StoredType type(Field field) throws DamagedFileException {
      byte type = field.typeType();
      return switch (type) {
        case Type.Int -> {
          Int stored = (Int) field.type(new Int());
          yield StoredType.integer(width(stored.bitWidth(), 8, 16, 32, 64), stored.isSigned());
        }
        case Type.FloatingPoint -> {
          int precision = ((FloatingPoint) field.type(new FloatingPoint())).precision();
          yield StoredType.of(Kind.FLOAT, width(16 << precision, 16, 32, 64));
        }
        case Type.Decimal -> {
          Decimal stored = (Decimal) field.type(new Decimal());
          int bits = width(stored.bitWidth(), 32, 64, 128, 256);
          yield StoredType.decimal(bits, stored.precision(), stored.scale());
        }
        case Type.Date -> {
          boolean days = ((Date) field.type(new Date())).unit() == DateUnit.DAY;
          yield StoredType.time(Kind.DATE, days ? 32 : 64, days ? Unit.DAY : Unit.MILLISECOND, "");
        }
        case Type.Time -> {
          Time stored = (Time) field.type(new Time());
          yield StoredType.time(
              Kind.TIME, width(stored.bitWidth(), 32, 64), unit(stored.unit()), "");
        }
        case Type.Timestamp -> {
          Timestamp stored = (Timestamp) field.type(new Timestamp());
          String zone = text(stored.timezoneAsByteBuffer());
          yield StoredType.time(Kind.TIMESTAMP, 64, unit(stored.unit()), zone);
        }
        case Type.Duration ->
            StoredType.time(
                Kind.DURATION, 64, unit(((Duration) field.type(new Duration())).unit()), "");
        case Type.Interval -> interval(((Interval) field.type(new Interval())).unit());
        case Type.Union -> {
          short mode = ((Union) field.type(new Union())).mode();
          yield StoredType.of(mode == UnionMode.Sparse ? Kind.SPARSE_UNION : Kind.DENSE_UNION);
        }
        case Type.FixedSizeBinary -> {
          int bytes = ((FixedSizeBinary) field.type(new FixedSizeBinary())).byteWidth();
          if (bytes < 0 || bytes > Integer.MAX_VALUE / 8) {
            throw new DamagedFileException(file, -1, Text.of("a type of %d bytes", bytes));
          }
          yield StoredType.of(Kind.FIXED_SIZE_BINARY, 8 * bytes);
        }
        default -> StoredType.of(plain(type));
      };
    }

    private Kind plain(byte type) {
      return switch (type) {
        case Type.Null -> Kind.NULL;
        case Type.Binary -> Kind.BINARY;
        case Type.Utf8 -> Kind.STRING;
        case Type.Bool -> Kind.BOOL;
        case Type.List -> Kind.LIST;
        case Type.Struct_ -> Kind.STRUCT;
        case Type.FixedSizeList -> Kind.FIXED_SIZE_LIST;
        case Type.Map -> Kind.MAP;
        case Type.LargeBinary -> Kind.LARGE_BINARY;
        case Type.LargeUtf8 -> Kind.LARGE_STRING;
        case Type.LargeList -> Kind.LARGE_LIST;
        case Type.RunEndEncoded -> Kind.RUN_END_ENCODED;
        case Type.BinaryView -> Kind.BINARY_VIEW;
        case Type.Utf8View -> Kind.STRING_VIEW;
        case Type.ListView -> Kind.LIST_VIEW;
        case Type.LargeListView -> Kind.LARGE_LIST_VIEW;
        default ->
            throw new InvalidUseException(
                Text.of(
                    "Cannot read %s: a field has a type that this release does not know, so nothing behind it can be found; write the file without it",
                    file));
      };
    }

    private StoredType interval(short unit) throws DamagedFileException {
      return switch (unit) {
        case 0 -> StoredType.time(Kind.INTERVAL, 32, Unit.MONTH, "");
        case 1 -> StoredType.time(Kind.INTERVAL, 64, Unit.DAY_TIME, "");
        case 2 -> StoredType.time(Kind.INTERVAL, 128, Unit.MONTH_DAY_NANO, "");
        default -> throw new DamagedFileException(file, -1, "an interval of no known unit");
      };
    }

    private Unit unit(short unit) throws DamagedFileException {
      return switch (unit) {
        case TimeUnit.SECOND -> Unit.SECOND;
        case TimeUnit.MILLISECOND -> Unit.MILLISECOND;
        case TimeUnit.MICROSECOND -> Unit.MICROSECOND;
        case TimeUnit.NANOSECOND -> Unit.NANOSECOND;
        default -> throw new DamagedFileException(file, -1, "a time of no known unit");
      };
    }

    private int width(int bits, int... possible) throws DamagedFileException {
      for (int width : possible) {
        if (bits == width) {
          return bits;
        }
      }
      throw new DamagedFileException(file, -1, Text.of("a number of %d bits in its schema", bits));
    }
  }
}
