// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.arrowworld.internal.Text;
import org.arrowworld.timeline.TickRange;

/** The query of a request: names and values, each name once, none that is not known. */
final class RequestQuery {
  private final Map<String, String> values = new LinkedHashMap<>();

  /**
   * Parses a query.
   *
   * @param rawQuery as it was sent, or null
   * @param known the names there are
   */
  RequestQuery(String rawQuery, Set<String> known) {
    for (String pair : rawQuery == null ? new String[0] : rawQuery.split("&", -1)) {
      if (!pair.isEmpty()) {
        add(pair, known);
      }
    }
  }

  private void add(String pair, Set<String> known) {
    int equals = pair.indexOf('=');
    String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
    if (!known.contains(name)) {
      throw Problem.badRequest(
          Text.of(
              "Unknown parameter '%s': this address takes %s",
              name, known.stream().sorted().toList()));
    }
    if (values.putIfAbsent(name, equals < 0 ? "" : decoded(pair.substring(equals + 1))) != null) {
      throw Problem.badRequest(Text.of("The parameter '%s' is there twice", name));
    }
  }

  /** Text whose percent signs are resolved. */
  static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(
          Text.of("Cannot read the address: '%s' is not percent-encoded", text));
    }
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name));
  }

  String required(String name) {
    return text(name)
        .orElseThrow(() -> Problem.badRequest(Text.of("The parameter '%s' is missing", name)));
  }

  /** Names between commas. */
  List<String> list(String name) {
    return text(name).map(t -> Arrays.asList(t.split(",", -1))).orElse(List.of());
  }

  OptionalLong number(String name) {
    return text(name).map(t -> OptionalLong.of(number(name, t))).orElse(OptionalLong.empty());
  }

  long number(String name, long otherwise) {
    return number(name).orElse(otherwise);
  }

  /** A whole number of at least {@code least} and at most {@code most}. */
  int count(String name, int otherwise, int least, int most) {
    long value = number(name, otherwise);
    if (value < least || value > most) {
      throw Problem.badRequest(
          Text.of("The parameter '%s' is %d: expected %d to %d", name, value, least, most));
    }
    return (int) value;
  }

  /** Unsigned 32-bit numbers between commas. */
  List<Integer> ids(String name) {
    List<Integer> ids = new ArrayList<>();
    for (String text : list(name)) {
      ids.add(id(name, text));
    }
    return ids;
  }

  int id(String name) {
    return id(name, required(name));
  }

  /** The parameter {@code gen}: which life of an id. */
  OptionalInt generation() {
    return text("gen").map(t -> OptionalInt.of(id("gen", t))).orElse(OptionalInt.empty());
  }

  /**
   * The ticks {@code from} to {@code to}, these where they are not given.
   *
   * @throws org.arrowworld.errors.InvalidUseException if the one lies after the other
   */
  TickRange ticks(long first, long last) {
    return TickRange.of(number("from", first), number("to", last));
  }

  private static int id(String name, String text) {
    try {
      return Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      throw Problem.badRequest(
          Text.of(
              "The parameter '%s' has '%s': expected a number from 0 to 4294967295", name, text));
    }
  }

  private static long number(String name, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw Problem.badRequest(
          Text.of("The parameter '%s' is '%s': expected a whole number", name, text));
    }
  }
}
