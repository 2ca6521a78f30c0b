// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/** A schema read from a file: fields of the types this project writes, and metadata. */
public record IpcSchema(List<IpcField> fields, Map<String, String> metadata) {

  static IpcSchema of(String file, long offset, Schema schema) throws DamagedFileException {
    try {
      if (schema.endianness() != Endianness.Little) {
        throw new DamagedFileException(
            file, offset, "big-endian data; rewrite it little-endian with another Arrow tool");
      }
      List<IpcField> fields = new ArrayList<>();
      for (int i = 0; i < schema.fieldsLength(); i++) {
        fields.add(field(file, offset, schema.fields(i)));
      }
      Map<String, String> metadata = new LinkedHashMap<>();
      for (int i = 0; i < schema.customMetadataLength(); i++) {
        Pairs.put(metadata, schema.customMetadata(i));
      }
      return new IpcSchema(List.copyOf(fields), metadata);
    } catch (RuntimeException e) {
      throw IpcMessage.malformed(file, offset, e);
    }
  }

  private static IpcField field(String file, long offset, Field field) throws DamagedFileException {
    IpcType type = type(field);
    if (type == null || field.childrenLength() != 0) {
      throw new DamagedFileException(
          file,
          offset,
          Text.of(
              "column '%s' has Arrow type %d, which no file of this kind has",
              field.name(), field.typeType()));
    }
    IpcField.DictionaryRef dictionary = null;
    if (field.dictionary() != null) {
      Int index = field.dictionary().indexType();
      IpcType codes = index == null ? null : IpcType.integer(index.bitWidth(), index.isSigned());
      if (codes == null || codes.isSigned() || field.dictionary().isOrdered()) {
        throw new DamagedFileException(
            file,
            offset,
            Text.of(
                "column '%s' has codes of another kind, expected unordered u8, u16 or u32",
                field.name()));
      }
      dictionary = new IpcField.DictionaryRef(field.dictionary().id(), codes.widthBytes());
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    for (int i = 0; i < field.customMetadataLength(); i++) {
      Pairs.put(metadata, field.customMetadata(i));
    }
    return new IpcField(field.name(), type, field.nullable(), dictionary, metadata);
  }

  private static IpcType type(Field field) {
    return switch (field.typeType()) {
      case Type.Int -> {
        Int integer = (Int) field.type(new Int());
        yield IpcType.integer(integer.bitWidth(), integer.isSigned());
      }
      case Type.FloatingPoint -> floating((FloatingPoint) field.type(new FloatingPoint()));
      case Type.Utf8 -> field.type(new Utf8()) == null ? null : IpcType.UTF8;
      case Type.Bool -> field.type(new Bool()) == null ? null : IpcType.BOOL;
      default -> null;
    };
  }

  private static IpcType floating(FloatingPoint type) {
    return switch (type.precision()) {
      case Precision.SINGLE -> IpcType.F32;
      case Precision.DOUBLE -> IpcType.F64;
      default -> null;
    };
  }
}
