// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.given.WellFormed;

/**
 * A value column of a table. Two columns that differ only in {@code unit} and {@code doc} are equal
 * (spec S-15).
 *
 * @param name its name
 * @param type its type
 * @param defaultBits what a new row holds: the {@code val} pattern of a log row with that value; 0
 *     and unused for strings, which have no default
 * @param refersTo the row table whose ids its values are, if they are ids (spec S-14): u32, and
 *     {@link #NO_ROW} where there is none
 * @param unit what its values are counted in: 1 to 100 bytes of UTF-8
 * @param doc what it says, for people: 1 to 10,000 bytes of UTF-8
 */
public record Column(
    String name,
    ColumnType type,
    long defaultBits,
    Optional<String> refersTo,
    Optional<String> unit,
    Optional<String> doc) {

  /** The value of an id column that names no row: also what a new row holds there. */
  public static final long NO_ROW = 0xFFFF_FFFFL;

  /** Key of field metadata: the unit. */
  public static final String UNIT = "aw.unit";

  /** Key of field metadata: the doc. */
  public static final String DOC = "aw.doc";

  private static final long NO_ROW_BITS = Values.ofInteger(NO_ROW);

  /** The longest unit, in UTF-8. */
  public static final int MAX_UNIT_BYTES = 100;

  /** The longest doc, in UTF-8. */
  public static final int MAX_DOC_BYTES = 10_000;

  public Column {
    Names.check("column", name);
    if (refersTo.isPresent() && (type != ColumnType.U32 || defaultBits != NO_ROW_BITS)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot define column '%s' of type %s with ids of table '%s': ids are u32, and its default is %d, no row",
              name, type.label(), refersTo.get(), NO_ROW));
    }
    unit.ifPresent(text -> checkText(name, "unit", text, MAX_UNIT_BYTES));
    doc.ifPresent(text -> checkText(name, "doc", text, MAX_DOC_BYTES));
  }

  private static void checkText(String name, String what, String text, int mostBytes) {
    WellFormed.text(Text.of("give column '%s' the %s", name, what), text);
    int bytes = bytes(text);
    if (bytes == 0 || bytes > mostBytes) {
      throw new InvalidUseException(
          Text.of(
              "Cannot give column '%s' a %s of %d bytes: expected 1 to %d bytes of UTF-8",
              name, what, bytes, mostBytes));
    }
  }

  /** A column without words about it. */
  public Column(String name, ColumnType type, long defaultBits, Optional<String> refersTo) {
    this(name, type, defaultBits, refersTo, Optional.empty(), Optional.empty());
  }

  /** A column of plain values. */
  public Column(String name, ColumnType type, long defaultBits) {
    this(name, type, defaultBits, Optional.empty());
  }

  /** A column whose default is zero or false. */
  public static Column of(String name, ColumnType type) {
    return new Column(name, type, 0);
  }

  /** A column of the ids of another table's rows, or {@link #NO_ROW}, where each row begins. */
  public static Column reference(String name, String table) {
    return new Column(name, ColumnType.U32, NO_ROW_BITS, Optional.of(table));
  }

  /** This column in a world of these tables: plain numbers, if the one it names is not there. */
  public Column amongTables(Set<String> tables) {
    boolean asItIs = refersTo.isEmpty() || tables.contains(refersTo.get());
    return asItIs ? this : new Column(name, type, defaultBits, Optional.empty(), unit, doc);
  }

  /** This column under another name. */
  public Column renamed(String to) {
    return new Column(to, type, defaultBits, refersTo, unit, doc);
  }

  /** What Arrow fields with this column say in their metadata (spec S-10, S-15). */
  public Map<String, String> fieldMetadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (type == ColumnType.BOOL) {
      metadata.put("aw.type", "bool");
    }
    metadata.putAll(words());
    return metadata;
  }

  /** Its unit and its doc as pairs of metadata (spec S-15). */
  public Map<String, String> words() {
    Map<String, String> words = new LinkedHashMap<>();
    unit.ifPresent(text -> words.put(UNIT, text));
    doc.ifPresent(text -> words.put(DOC, text));
    return words;
  }

  /** How many bytes of UTF-8 its unit and its doc have. */
  int wordBytes() {
    return bytes(unit.orElse("")) + bytes(doc.orElse(""));
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** This column with another type and default, and the same words about it. */
  public Column retyped(ColumnType to, long bits) {
    return new Column(name, to, bits, refersTo, unit, doc);
  }

  /** This column with what its values are counted in: {@code m/s}. Empty takes it away. */
  public Column withUnit(String text) {
    return new Column(name, type, defaultBits, refersTo, given("unit", text), doc);
  }

  /** This column with what it says, for people. Empty takes it away. */
  public Column withDoc(String text) {
    return new Column(name, type, defaultBits, refersTo, unit, given("doc", text));
  }

  private static Optional<String> given(String what, String text) {
    Given.required("describe a column", what, text);
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Column column
        && name.equals(column.name)
        && type == column.type
        && defaultBits == column.defaultBits
        && refersTo.equals(column.refersTo);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, type, defaultBits, refersTo);
  }
}
