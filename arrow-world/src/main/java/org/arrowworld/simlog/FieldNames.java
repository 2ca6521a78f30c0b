// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.nio.charset.StandardCharsets;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.WellFormed;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;

/** Names of fields, and the names of the keys that carry their values (spec G-3, G-4). */
final class FieldNames {
  private static final int MAX_BYTES = 1000;
  private static final char MARK = '#';

  /** The field a key belongs to, and the kind of values it carries. */
  record Target(String field, ValueKind kind) {}

  private FieldNames() {}

  /** Refuses what cannot be a field's name. */
  static String checked(String name) {
    if (name == null || name.isEmpty()) {
      throw new InvalidUseException(Text.of("Cannot name a field '%s': it is empty", name));
    }
    if (utf8Bytes("name a field", name) > MAX_BYTES) {
      throw new InvalidUseException(
          Text.of(
              "Cannot name a field '%s...': it is longer than %d bytes of UTF-8",
              name.substring(0, 40), MAX_BYTES));
    }
    return name;
  }

  /**
   * Bytes of a text in UTF-8.
   *
   * @throws InvalidUseException if it has a surrogate without its pair, which UTF-8 cannot carry
   */
  static int utf8Bytes(String action, String text) {
    return WellFormed.text(action, text).getBytes(StandardCharsets.UTF_8).length;
  }

  /** The bare key name of a field. */
  static String bareKey(String field) {
    return field.replace("#", "##");
  }

  /** The name of the key that carries a field's values of one kind where the bare name is taken. */
  static String markedKey(String field, ValueKind kind) {
    return bareKey(field) + MARK + kind.suffix();
  }

  /** What a declared key carries. */
  static Target target(Key key) throws DamagedFileException {
    String name = key.name();
    StringBuilder field = new StringBuilder();
    int at = 0;
    while (at < name.length()) {
      char c = name.charAt(at++);
      if (c == MARK) {
        if (at == name.length() || name.charAt(at) != MARK) {
          return target(key, field.toString(), name.substring(at));
        }
        at++;
      }
      field.append(c);
    }
    return target(key, field.toString(), "");
  }

  private static Target target(Key key, String field, String suffix) throws DamagedFileException {
    for (ValueKind kind : ValueKind.values()) {
      boolean named = suffix.isEmpty() ? kind.mayBeBare() : kind.suffix().equals(suffix);
      boolean typed = kind.type() == key.type() && key.kind() == KeyKind.EVENT;
      if (named && typed && !field.isEmpty()) {
        return new Target(field, kind);
      }
    }
    throw new DamagedFileException(
        "log",
        -1,
        Text.of(
            "key '%s' of type %s and kind %s is not a key of a record log",
            key.name(), key.type().label(), key.kind().label()));
  }
}
