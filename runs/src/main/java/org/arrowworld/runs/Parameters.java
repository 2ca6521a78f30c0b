// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.given.WellFormed;

/**
 * The parameters of a run, in order: names and texts, read as whole numbers, numbers, bools or
 * words (spec R-2). Immutable.
 */
public final class Parameters {
  /** The catalogue's own columns (spec R-9). */
  static final Set<String> RESERVED =
      Set.of("run", "state", "tick", "rows", "message", "store", "mark", "parameters", "check");

  private static final String WHOLE = "0|-?[1-9][0-9]{0,18}";
  private static final String DECIMAL =
      "-?(0|[1-9][0-9]{0,400})(\\.[0-9]{1,400}([eE][+-]?[0-9]{1,4})?|[eE][+-]?[0-9]{1,4})";

  /** No parameters. */
  public static final Parameters NONE = new Parameters(Map.of());

  private final Map<String, String> texts;

  private Parameters(Map<String, String> texts) {
    this.texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
  }

  /**
   * Parameters of these values: Long, Integer, Double, Float, Boolean or String.
   *
   * @throws InvalidUseException if a name or value cannot be a parameter's; the message says why
   */
  public static Parameters of(Map<String, ?> values) {
    Map<String, String> texts = new LinkedHashMap<>();
    Given.required("make parameters", "map", values)
        .forEach((name, value) -> texts.put(checked(name), text(name, value)));
    return new Parameters(texts);
  }

  /** Parameters whose texts are read as they are. */
  static Parameters ofTexts(Map<String, String> texts) {
    return new Parameters(texts);
  }

  /** Whether it can be a parameter's name. */
  static boolean isName(String name) {
    return name.matches("[A-Za-z_][A-Za-z0-9_#.-]{0,99}") && !RESERVED.contains(name);
  }

  private static String checked(String name) {
    if (name == null || !isName(name)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot call a parameter '%s': expected 1 to 100 letters, digits and _ # . -, the first a letter or _, and none of %s, which are columns of every catalogue",
              name, RESERVED.stream().sorted().toList()));
    }
    return name;
  }

  private static String text(String name, Object value) {
    if (value instanceof Long || value instanceof Integer || value instanceof Boolean) {
      return value.toString();
    }
    if (value instanceof Float || value instanceof Double) {
      double number = ((Number) value).doubleValue();
      if (Double.isFinite(number)) {
        return Double.toString(number);
      }
    }
    if (value instanceof String word) {
      if (value(word) instanceof String) {
        return WellFormed.text("give a parameter", word);
      }
      throw new InvalidUseException(
          Text.of(
              "Cannot give the parameter '%s' the word '%s': it reads as a number or a bool; give that",
              name, word));
    }
    throw new InvalidUseException(
        Text.of(
            "Cannot give the parameter '%s' the value %s: expected a whole number, a finite number, a bool or a word",
            name, value));
  }

  /** What a text says: a Long, a Double, a Boolean or a String. */
  static Object value(String text) {
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    if (text.matches(WHOLE)) {
      try {
        return Long.valueOf(text);
      } catch (NumberFormatException e) {
        return text; // beyond 64 bits
      }
    }
    if (text.matches(DECIMAL)) {
      double number = Double.parseDouble(text);
      if (Double.isFinite(number)) {
        return number;
      }
    }
    return text;
  }

  /** The value that a text given by a person says: a Long, a Double, a Boolean or a String. */
  public static Object read(String text) {
    return value(Given.required("read a parameter", "text", text));
  }

  /** Equal for texts that say the same. */
  static Object sense(String text) {
    Object value = value(text);
    return value instanceof Number number ? exact(number).stripTrailingZeros() : value;
  }

  static BigDecimal exact(Number number) {
    return number instanceof Double d ? new BigDecimal(d) : BigDecimal.valueOf(number.longValue());
  }

  /** The names, in order. */
  public Set<String> names() {
    return new LinkedHashSet<>(texts.keySet());
  }

  /** Whether there is a parameter of this name. */
  public boolean has(String name) {
    return texts.containsKey(name);
  }

  /** The text, whatever it says; throws as {@link #get} does. */
  public String text(String name) {
    String text = texts.get(name);
    if (text == null) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read the parameter '%s': there are %s",
              name, Nearest.of(name, texts.keySet())));
    }
    return text;
  }

  /**
   * The value: a Long, a Double, a Boolean or a String.
   *
   * @throws InvalidUseException if there is no such parameter; the message lists them
   */
  public Object get(String name) {
    return value(text(name));
  }

  /** A whole number; throws as {@link #get} does, or if it is none. */
  public long longValue(String name) {
    if (get(name) instanceof Long number) {
      return number;
    }
    throw other(name, "a whole number");
  }

  /** A number; throws as {@link #get} does, or if it is none. */
  public double doubleValue(String name) {
    if (get(name) instanceof Number number) {
      return number.doubleValue();
    }
    throw other(name, "a number");
  }

  /** A bool; throws as {@link #get} does, or if it is none. */
  public boolean booleanValue(String name) {
    if (get(name) instanceof Boolean bool) {
      return bool;
    }
    throw other(name, "true or false");
  }

  private InvalidUseException other(String name, String expected) {
    return new InvalidUseException(
        Text.of(
            "Cannot read the parameter '%s' as %s: it is '%s'", name, expected, texts.get(name)));
  }

  /** Names and texts, as a store's properties have them. */
  public Map<String, String> texts() {
    return texts;
  }

  /** Equal for parameters of which all say the same, in whatever order. */
  Map<String, Object> senses() {
    Map<String, Object> senses = new LinkedHashMap<>();
    texts.forEach((name, text) -> senses.put(name, sense(text)));
    return senses;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Parameters parameters && texts.equals(parameters.texts);
  }

  @Override
  public int hashCode() {
    return texts.hashCode();
  }

  /** For people: {@code rate=0.5 seed=1}, in order. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    texts.forEach(
        (name, text) ->
            out.append(out.length() == 0 ? "" : " ").append(name).append('=').append(text));
    return out.toString();
  }
}
