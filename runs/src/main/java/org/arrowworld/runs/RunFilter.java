// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;

/**
 * Conditions on a run that must all hold: {@code rate >= 0.5 and seed != 7 and state == done}. On
 * the left stands a parameter, or {@code run}, {@code state}, {@code tick} or {@code rows}; on the
 * right a number, a bool or a word, in quotes where it has blanks. A run that lacks what stands on
 * the left does not match.
 */
final class RunFilter {
  /** What is a word, though it may read as a number. */
  private static final List<String> WORDS = List.of("run", "state");

  private static final List<String> OWN = List.of("run", "state", "tick", "rows");
  private static final Pattern CONDITION =
      Pattern.compile(
          "\\s*([A-Za-z_][A-Za-z0-9_#.-]*)\\s*(==|!=|<=|>=|<|>)\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s\"'=!<>]+))\\s*");
  private static final Pattern AND = Pattern.compile("and\\s");

  /** A comparison; the literal is a Long, a Double, a Boolean or a String. */
  private record Condition(String name, String operator, Object literal) {}

  private final String text;
  private final List<Condition> conditions;

  private RunFilter(String text, List<Condition> conditions) {
    this.text = text;
    this.conditions = conditions;
  }

  /**
   * Reads a filter.
   *
   * @param parameters the names there are
   */
  static RunFilter parse(String text, Collection<String> parameters) {
    List<Condition> conditions = new ArrayList<>();
    Matcher condition = CONDITION.matcher(text);
    int at = 0;
    while (true) {
      if (!condition.region(at, text.length()).lookingAt()) {
        throw wrong(
            text, at, "expected NAME OPERATOR VALUE, as in seed == 1, found " + rest(text, at));
      }
      conditions.add(condition(text, condition, parameters));
      at = condition.end();
      if (at == text.length()) {
        return new RunFilter(text, conditions);
      }
      Matcher and = AND.matcher(text).region(at, text.length());
      if (!and.lookingAt()) {
        throw wrong(text, at, "expected 'and' and a further condition, found " + rest(text, at));
      }
      at = and.end();
    }
  }

  private static Condition condition(String text, Matcher found, Collection<String> parameters) {
    String name = found.group(1);
    if (!OWN.contains(name) && !parameters.contains(name)) {
      List<String> known = new ArrayList<>(parameters);
      known.addAll(OWN);
      throw wrong(
          text,
          found.start(1),
          Text.of("there is no '%s': there are %s", name, Nearest.of(name, known)));
    }
    boolean quoted = found.group(5) == null;
    String written =
        quoted ? Optional.ofNullable(found.group(3)).orElse(found.group(4)) : found.group(5);
    Object literal = quoted || WORDS.contains(name) ? written : Parameters.value(written);
    boolean order = found.group(2).startsWith("<") || found.group(2).startsWith(">");
    if (order && !(literal instanceof Number)) {
      throw wrong(
          text,
          found.start(2),
          Text.of("%s compares numbers; words and bools take == and !=", found.group(2)));
    }
    return new Condition(name, found.group(2), literal);
  }

  private static String rest(String text, int at) {
    return at == text.length() ? "the end" : "'" + text.substring(at) + "'";
  }

  private static InvalidUseException wrong(String text, int at, String finding) {
    return new InvalidUseException(
        Text.of("Cannot read the filter '%s': column %d: %s", text, at + 1, finding));
  }

  boolean holds(Run run) {
    return conditions.stream().allMatch(condition -> holds(condition, run));
  }

  private static boolean holds(Condition condition, Run run) {
    Object value =
        switch (condition.name) {
          case "run" -> run.name();
          case "state" -> run.state().word();
          case "tick" -> run.tick().isPresent() ? run.tick().getAsLong() : null;
          case "rows" -> run.rows().isPresent() ? run.rows().getAsLong() : null;
          default ->
              run.parameters().has(condition.name) ? run.parameters().get(condition.name) : null;
        };
    if (value == null) {
      return false;
    }
    if (value instanceof Number left && condition.literal instanceof Number right) {
      return numbers(condition.operator, Parameters.exact(left), Parameters.exact(right));
    }
    boolean same = value.equals(condition.literal);
    return condition.operator.equals("==") ? same : condition.operator.equals("!=") && !same;
  }

  private static boolean numbers(String operator, BigDecimal left, BigDecimal right) {
    int order = left.compareTo(right);
    return switch (operator) {
      case "==" -> order == 0;
      case "!=" -> order != 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
