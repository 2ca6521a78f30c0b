// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.json;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;

/** A JSON object of a named file, whose members are read with their types checked. */
public final class JsonObject {
  private final String file;
  private final Map<String, Object> members;

  private JsonObject(String file, Map<String, Object> members) {
    this.file = file;
    this.members = members;
  }

  /** Parses an object. */
  public static JsonObject parse(String file, String text) throws DamagedFileException {
    try {
      return of(file, Json.parse(text));
    } catch (DamagedFileException e) {
      throw e;
    } catch (IOException e) {
      throw new DamagedFileException(file, -1, "it holds no valid JSON: " + firstLine(e), e);
    }
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  /** Wraps a parsed tree, which must be an object. */
  public static JsonObject of(String file, Object tree) throws DamagedFileException {
    if (!(tree instanceof Map<?, ?> map)) {
      throw new DamagedFileException(file, -1, "expected a JSON object");
    }
    Map<String, Object> members = new LinkedHashMap<>();
    map.forEach((k, v) -> members.put((String) k, v));
    return new JsonObject(file, members);
  }

  /** The members, in file order. */
  public Map<String, Object> members() {
    return members;
  }

  public boolean has(String name) {
    return members.get(name) != null;
  }

  public String string(String name) throws DamagedFileException {
    return typed(name, String.class);
  }

  public long number(String name) throws DamagedFileException {
    return typed(name, Long.class);
  }

  /** A number of at least 0 that fits an int. */
  public int count(String name) throws DamagedFileException {
    long value = number(name);
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw wrong(name, "a count", value);
    }
    return (int) value;
  }

  public boolean bool(String name) throws DamagedFileException {
    return typed(name, Boolean.class);
  }

  /** 16 hex digits as the 64 bits they are. */
  public long hex64(String name) throws DamagedFileException {
    return parseHex64(file, name, string(name));
  }

  /** 16 hex digits as the 64 bits they are. */
  public static long parseHex64(String file, String name, Object value)
      throws DamagedFileException {
    if (value instanceof String text && Digits.areHex(text, 16)) {
      return Long.parseUnsignedLong(text, 16);
    }
    throw new DamagedFileException(
        file, -1, Text.of("'%s' should be 16 hex digits, found %s", name, value));
  }

  public JsonObject object(String name) throws DamagedFileException {
    return of(file, typed(name, Map.class));
  }

  public Optional<JsonObject> optionalObject(String name) throws DamagedFileException {
    return has(name) ? Optional.of(object(name)) : Optional.empty();
  }

  public List<?> list(String name) throws DamagedFileException {
    return typed(name, List.class);
  }

  /** A list whose elements are all objects. */
  public List<JsonObject> objects(String name) throws DamagedFileException {
    List<JsonObject> objects = new java.util.ArrayList<>();
    for (Object element : list(name)) {
      objects.add(of(file, element));
    }
    return objects;
  }

  /** An object whose values are all strings. */
  public Map<String, String> strings(String name) throws DamagedFileException {
    Map<String, String> strings = new LinkedHashMap<>();
    for (Map.Entry<String, Object> entry : object(name).members().entrySet()) {
      if (!(entry.getValue() instanceof String text)) {
        throw wrong(name + "." + entry.getKey(), "a string", entry.getValue());
      }
      strings.put(entry.getKey(), text);
    }
    return strings;
  }

  /** The file, for messages. */
  public String file() {
    return file;
  }

  private <T> T typed(String name, Class<T> type) throws DamagedFileException {
    Object value = members.get(name);
    if (!type.isInstance(value)) {
      throw wrong(name, type.getSimpleName().toLowerCase(Locale.ROOT), value);
    }
    return type.cast(value);
  }

  /** The error for a member that is not what it should be. */
  public DamagedFileException wrong(String name, String expected, Object found) {
    return new DamagedFileException(
        file, -1, Text.of("'%s' should be %s, found %s", name, expected, found));
  }
}
