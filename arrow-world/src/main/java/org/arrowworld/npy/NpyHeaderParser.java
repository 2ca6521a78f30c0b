// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/**
 * The part of Python's literal grammar that a header needs: one dict of string keys whose values
 * are a string, a bool and a tuple of integers. Anything else, code above all, is refused by name.
 */
final class NpyHeaderParser {
  /** Longest piece of a header shown in a message. */
  private static final int SHOWN_CHARS = 40;

  private final String name;
  private final int textOffset;
  private final String text;
  private int at;

  private String descr;
  private boolean structured;
  private int descrAt;
  private NpyOrder order;
  private long[] shape;

  /**
   * @param textOffset where {@code bytes} begin in the file
   */
  NpyHeaderParser(String name, int textOffset, byte[] bytes) {
    this.name = name;
    this.textOffset = textOffset;
    // Latin-1 maps bytes to characters one to one; whatever is not ASCII fails the grammar.
    this.text = new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /**
   * What the header of an array of unicode text says.
   *
   * @param characters of each element, padded with NULs
   * @param byteOrder of each UTF-32 character
   * @param count number of elements
   * @param dataOffset where the array begins in the file
   */
  record WordsHeader(int characters, ByteOrder byteOrder, long count, int dataOffset) {}

  /** The header of a 1-d array of unicode text ({@code <U12}), or null if it is none. */
  WordsHeader parseText() throws DamagedFileException {
    describe();
    if (!descr.matches("[<>]U[0-9]{1,8}") || shape.length != 1) {
      return null;
    }
    ByteOrder bytes = descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    int characters = Integer.parseInt(descr.substring(2));
    return new WordsHeader(characters, bytes, shape[0], textOffset + text.length());
  }

  /** The header of an array of times or halves, as the integers they are stored as; else null. */
  StoredHeader parseStored() throws DamagedFileException {
    describe();
    String plain =
        descr.isEmpty() || "<>|=".indexOf(descr.charAt(0)) < 0 ? descr : descr.substring(1);
    boolean half = plain.equals("f2");
    if (structured || !(half || plain.matches("[Mm]8\\[[0-9]{0,9}[A-Za-z]{1,2}]"))) {
      return null;
    }
    NpyType type = half ? NpyType.U16 : NpyType.I64;
    NpyHeader header = new NpyHeader(type, byteOrder(), order, shape, textOffset + text.length());
    return new StoredHeader(header, plain);
  }

  /**
   * A header of a type that is none of {@link NpyType}.
   *
   * @param header with the type that its bytes are read as
   * @param dtype its own, without the byte order
   */
  record StoredHeader(NpyHeader header, String dtype) {}

  NpyHeader parse() throws DamagedFileException {
    describe();
    return new NpyHeader(type(), byteOrder(), order, shape, textOffset + text.length());
  }

  private void describe() throws DamagedFileException {
    expect('{');
    while (!accept('}')) {
      String key = string();
      expect(':');
      switch (key) {
        case "descr" -> descr = once(key, descr, descr());
        case "fortran_order" -> order = once(key, order, order());
        case "shape" -> shape = once(key, shape, shape());
        default -> throw refused(Text.of("unknown key '%s'", shown(key)));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skipBlanks();
    if (at < text.length()) {
      throw refused("more text after the description: " + rest());
    }
    String missing = descr == null ? "descr" : order == null ? "fortran_order" : "shape";
    if (descr == null || order == null || shape == null) {
      throw refused(Text.of("the key '%s' is missing", missing));
    }
  }

  private <T> T once(String key, T before, T value) throws DamagedFileException {
    if (before != null) {
      throw refused(Text.of("the key '%s' appears twice", key));
    }
    return value;
  }

  private String descr() throws DamagedFileException {
    skipBlanks();
    if (at < text.length() && (text.charAt(at) == '[' || text.charAt(at) == '(')) {
      descrAt = at;
      structured = true;
      return brackets();
    }
    descrAt = at;
    return string();
  }

  /** A structured type's description, as it stands. */
  private String brackets() throws DamagedFileException {
    int start = at;
    int open = 0;
    do {
      char c = at < text.length() ? text.charAt(at) : ' ';
      if (at >= text.length()) {
        throw refused("a structured type that does not end");
      }
      if (c == '\'' || c == '"') {
        string();
        continue;
      }
      open += c == '[' || c == '(' ? 1 : c == ']' || c == ')' ? -1 : 0;
      at++;
    } while (open > 0);
    return text.substring(start, at);
  }

  private NpyOrder order() throws DamagedFileException {
    skipBlanks();
    if (text.startsWith("True", at)) {
      at += 4;
      return NpyOrder.FORTRAN;
    }
    if (text.startsWith("False", at)) {
      at += 5;
      return NpyOrder.C;
    }
    throw refused("'fortran_order' is neither True nor False but " + rest());
  }

  private long[] shape() throws DamagedFileException {
    expect('(');
    long[] dimensions = new long[NpyShapes.MAX_DIMENSIONS];
    int count = 0;
    boolean comma = false;
    while (!accept(')')) {
      if (count == dimensions.length) {
        throw refused(Text.of("more than %d dimensions", NpyShapes.MAX_DIMENSIONS));
      }
      dimensions[count++] = integer();
      comma = accept(',');
      if (!comma) {
        expect(')');
        break;
      }
    }
    if (count == 1 && !comma) {
      throw refused("'shape' is a number, not a tuple");
    }
    return Arrays.copyOf(dimensions, count);
  }

  private long integer() throws DamagedFileException {
    skipBlanks();
    if (at < text.length() && text.charAt(at) == '-') {
      throw refused("negative dimension " + rest());
    }
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    String digits = text.substring(start, at);
    if (digits.isEmpty()) {
      throw refused("expected a number in 'shape', found " + rest());
    }
    accept('L'); // Python 2 wrote longs that way
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      throw refused(Text.of("dimension %s has leading zeros", shown(digits)));
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw refused(Text.of("dimension %s overflows 64 bits", shown(digits)));
    }
  }

  private String string() throws DamagedFileException {
    skipBlanks();
    char quote = at < text.length() ? text.charAt(at) : ' ';
    int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
    if (end < 0) {
      throw refused("expected a quoted string, found " + rest());
    }
    String value = text.substring(at + 1, end);
    if (value.indexOf('\\') >= 0) {
      throw refused("escapes in a string: " + rest());
    }
    at = end + 1;
    return value;
  }

  private NpyType type() throws DamagedFileException {
    at = descrAt; // what is refused from here on is about the type
    if (structured) {
      throw unsupported(
          Text.of(
              "its dtype is %s, its shape %s; a structured type is not a column; save each of its fields as an array",
              shown(descr), NpyShapes.text(shape)));
    }
    if (descr.contains("O")) {
      throw unsupported(
          Text.of("type '%s' holds pickled Python objects, which are never loaded", shown(descr)));
    }
    boolean prefixed = !descr.isEmpty() && "<>|=".indexOf(descr.charAt(0)) >= 0;
    String plain = prefixed ? descr.substring(1) : descr;
    NpyType found = null;
    if (plain.length() == 2 && plain.charAt(1) >= '1' && plain.charAt(1) <= '8') {
      found = NpyType.of(plain.charAt(0), plain.charAt(1) - '0');
    }
    if (found == null) {
      found = NpyType.ofName(descr);
    }
    if (found == null) {
      throw unsupported(
          Text.of(
              "type '%s' is not supported, of an array of shape %s; known are b1, i1-i8, u1-u8, f4, f8",
              shown(descr), NpyShapes.text(shape)));
    }
    return found; // without a mark, or with =, it is the native order of its writer: little-endian
  }

  private ByteOrder byteOrder() {
    boolean big = descr.charAt(0) == '>' && !descr.endsWith("1");
    return big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean accept(char expected) {
    skipBlanks();
    if (at < text.length() && text.charAt(at) == expected) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char expected) throws DamagedFileException {
    if (!accept(expected)) {
      throw refused(Text.of("expected '%s', found %s", expected, rest()));
    }
  }

  private String rest() {
    return at >= text.length() ? "the end" : "'" + shown(text.substring(at).strip()) + "'";
  }

  /** Cut to a length for people, with everything but printable ASCII replaced. */
  private static String shown(String piece) {
    String cut = piece.length() > SHOWN_CHARS ? piece.substring(0, SHOWN_CHARS) + "..." : piece;
    return cut.replaceAll("[^ -~]", "?");
  }

  private UnsupportedArrayException unsupported(String finding) {
    return new UnsupportedArrayException(name, textOffset + Math.min(at, text.length()), finding);
  }

  private DamagedFileException refused(String finding) {
    return new DamagedFileException(name, textOffset + Math.min(at, text.length()), finding);
  }
}
