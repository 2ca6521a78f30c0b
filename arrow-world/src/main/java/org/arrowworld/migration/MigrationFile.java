// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.migration;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/** Steps as a JSON file (spec migrations.md, "Steps as a file"), so that no code is needed. */
public final class MigrationFile {
  private static final long MAX_BYTES = 1 << 20;

  private MigrationFile() {}

  /**
   * Reads a file of steps.
   *
   * @throws DamagedFileException naming the member that is not as the spec says
   */
  public static Migrations read(Storage storage, String path) throws IOException {
    try (ReadableFile file = storage.openRead(path)) {
      if (file.size() > MAX_BYTES) {
        throw new DamagedFileException(
            path, -1, Text.of("%d bytes are too many for steps", file.size()));
      }
      java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate((int) file.size());
      file.readFully(bytes, 0);
      return parse(path, StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
    } catch (CharacterCodingException e) {
      throw new DamagedFileException(path, -1, "it is not UTF-8", e);
    }
  }

  static Migrations parse(String path, String text) throws IOException {
    JsonObject json = JsonObject.parse(path, text);
    try {
      Migrations.Builder builder = Migrations.from(json.count("from"));
      boolean first = true;
      for (JsonObject version : json.objects("versions")) {
        if (!first) {
          builder.next();
        }
        first = false;
        for (JsonObject step : version.objects("steps")) {
          add(builder, step);
        }
      }
      if (first) {
        throw json.wrong("versions", "one version or more", json.list("versions"));
      }
      return builder.build();
    } catch (InvalidUseException e) {
      throw new DamagedFileException(path, -1, e.getMessage(), e);
    }
  }

  private static void add(Migrations.Builder builder, JsonObject step) throws DamagedFileException {
    String table = step.string("table");
    String column = step.string("column");
    switch (step.string("step")) {
      case "add" -> add(builder, step, table, column);
      case "rename" -> builder.rename(table, column, step.string("to"));
      case "widen" -> builder.widen(table, column, ColumnType.ofLabel(step.string("type")));
      case "drop" -> builder.drop(table, column);
      case "linear" -> {
        double factor = real(step, "factor", 1);
        double offset = real(step, "offset", 0);
        builder.map(table, column, x -> x * factor + offset);
      }
      case "describe" -> describe(builder, step, table, column);
      default ->
          throw step.wrong(
              "step", "add, rename, widen, drop, describe or linear", step.string("step"));
    }
  }

  private static void add(Migrations.Builder builder, JsonObject step, String table, String column)
      throws DamagedFileException {
    ColumnType type = ColumnType.ofLabel(step.string("type"));
    if (type == ColumnType.STRING) {
      builder.addWords(table, described(step, Column.of(column, type)), step.string("default"));
      return;
    }
    builder.add(table, described(step, new Column(column, type, bits(step, column, type))));
  }

  private static Column described(JsonObject step, Column column) throws DamagedFileException {
    Column counted = step.has("unit") ? column.withUnit(step.string("unit")) : column;
    return step.has("doc") ? counted.withDoc(step.string("doc")) : counted;
  }

  private static void describe(
      Migrations.Builder builder, JsonObject step, String table, String column)
      throws DamagedFileException {
    if (!step.has("unit") && !step.has("doc")) {
      throw step.wrong("unit", "given, or 'doc'", "neither");
    }
    if (step.has("unit")) {
      builder.unit(table, column, step.string("unit"));
    }
    if (step.has("doc")) {
      builder.doc(table, column, step.string("doc"));
    }
  }

  private static long bits(JsonObject step, String column, ColumnType type)
      throws DamagedFileException {
    Object value = step.members().get("default");
    if (value instanceof Boolean truth && type == ColumnType.BOOL) {
      return Values.ofInteger(truth ? 1 : 0);
    }
    if (type == ColumnType.F32 && value instanceof Number number) {
      float nearest = new BigDecimal(number.toString()).floatValue();
      if (Float.isInfinite(nearest)) {
        throw step.wrong("default", "a value of type f32", number);
      }
      return Values.ofF32(nearest);
    }
    if (value instanceof Long number && !(type == ColumnType.U64 && number < 0)) {
      return Values.encodeLong(column, type, number);
    }
    if (value instanceof BigInteger number) {
      if (type == ColumnType.U64 && number.signum() > 0 && number.bitLength() <= Long.SIZE) {
        return number.longValue();
      }
      double nearest = number.doubleValue();
      boolean exact =
          type == ColumnType.F64
              && Double.isFinite(nearest)
              && new BigDecimal(nearest).compareTo(new BigDecimal(number)) == 0;
      if (!exact) {
        throw step.wrong("default", "a value of type " + type.label(), number);
      }
    }
    return Values.encode(column, type, real(step, "default", 0));
  }

  private static double real(JsonObject step, String member, double absent)
      throws DamagedFileException {
    Object value = step.members().get(member);
    if (value == null) {
      return absent;
    }
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw step.wrong(member, "a number", value);
  }
}
