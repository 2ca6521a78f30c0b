// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.simlog;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/**
 * {@code _codebook.json} of a simlog directory: {@code fields} (name to dtype, in key order),
 * {@code str_keys} (keys whose values are codes), {@code key_types} (by key, {@code i} or {@code
 * f}) and {@code codebook} (the words by code).
 */
final class SimLogCodebook {
  static final String FILE = "_codebook.json";

  /** What a field's values are. */
  enum Kind {
    INTEGER,
    FLOAT,
    BOOL,
    WORD
  }

  /** A field by its key number. */
  record Field(String name, Kind kind) {}

  private final List<Field> fields;
  private final List<String> words;

  private SimLogCodebook(List<Field> fields, List<String> words) {
    this.fields = fields;
    this.words = words;
  }

  /** What is known without the file: nothing. */
  static SimLogCodebook missing() {
    return new SimLogCodebook(List.of(), List.of());
  }

  static SimLogCodebook read(Storage storage) throws IOException {
    JsonObject json = JsonObject.parse(FILE, text(storage));
    List<String> words = new ArrayList<>();
    for (Object word : json.list("codebook")) {
      if (!(word instanceof String text)) {
        throw json.wrong("codebook[" + words.size() + "]", "a string", word);
      }
      words.add(text);
    }
    Set<Long> wordKeys = new HashSet<>();
    for (Object key : json.list("str_keys")) {
      if (!(key instanceof Long number)) {
        throw json.wrong("str_keys", "a list of key numbers", key);
      }
      wordKeys.add(number);
    }
    Map<String, String> types = json.strings("key_types");
    List<Field> fields = new ArrayList<>();
    for (Map.Entry<String, String> field : json.strings("fields").entrySet()) {
      long key = fields.size();
      String type = types.get(Long.toString(key));
      if (type == null) {
        throw json.wrong("key_types", "a type for key " + key, types);
      }
      fields.add(new Field(field.getKey(), kind(wordKeys.contains(key), field.getValue(), type)));
    }
    return new SimLogCodebook(fields, words);
  }

  private static Kind kind(boolean word, String dtype, String type) {
    if (word) {
      return Kind.WORD;
    }
    if (dtype.startsWith("bool")) {
      return Kind.BOOL;
    }
    return type.equals("i") ? Kind.INTEGER : Kind.FLOAT;
  }

  private static String text(Storage storage) throws IOException {
    try (ReadableFile file = storage.openRead(FILE)) {
      if (file.size() > Integer.MAX_VALUE - 8) {
        throw new DamagedFileException(FILE, -1, Text.of("it has %d bytes", file.size()));
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      file.readFully(bytes, 0);
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw new DamagedFileException(FILE, -1, "it is not UTF-8", e);
    } catch (EOFException e) {
      throw new DamagedFileException(FILE, -1, "the file ends early", e);
    }
  }

  /**
   * The field of a key; one of an unknown name, whose numbers are kept as they are, if it has none.
   */
  Field field(int key) {
    return knows(key) ? fields.get(key) : new Field("key_" + key, Kind.INTEGER);
  }

  boolean knows(int key) {
    return key < fields.size();
  }

  /** The word of a code, null if the value is no code. */
  String word(double value) {
    int code = (int) value;
    return code == value && code >= 0 && code < words.size() ? words.get(code) : null;
  }
}
