// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.util.ArrayList;
import java.util.List;
import org.arrowworld.internal.Text;

/**
 * A parsed {@code --where}: conditions that must all hold.
 *
 * @param text the expression as it was given
 * @param conditions in order
 */
record Where(String text, List<Condition> conditions) {
  /** Holds for every row. */
  static final Where ALWAYS = new Where("", List.of());

  /** Reads an expression; names are looked up later, in a store's keys. */
  static Where parse(String text) {
    return new WhereParser(text).parse();
  }

  /** The same, and that a row is of a key. */
  Where andKey(String key) {
    List<Condition> all = new ArrayList<>(conditions);
    all.add(new Condition("key", 1, Operator.EQUAL, new Literal(key, true, 1)));
    return new Where(text.isEmpty() ? "--key " + key : text, List.copyOf(all));
  }

  /** A comparison. */
  enum Operator {
    EQUAL("=="),
    NOT_EQUAL("!="),
    AT_MOST("<="),
    AT_LEAST(">="),
    LESS("<"),
    MORE(">");

    private final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }

    String symbol() {
      return symbol;
    }

    boolean isOrder() {
      return this != EQUAL && this != NOT_EQUAL;
    }

    /** Whether it holds, given how the left side compares with the right. */
    boolean holds(int comparison) {
      return switch (this) {
        case EQUAL -> comparison == 0;
        case NOT_EQUAL -> comparison != 0;
        case AT_MOST -> comparison <= 0;
        case AT_LEAST -> comparison >= 0;
        case LESS -> comparison < 0;
        case MORE -> comparison > 0;
      };
    }
  }

  /**
   * A word or number of the expression.
   *
   * @param text without quotes
   * @param isQuoted whether it stood in quotes, and so is no number
   * @param column where it stands, from 1
   */
  record Literal(String text, boolean isQuoted, int column) {}

  /** {@code NAME operator LITERAL}; the name stands at a column, from 1. */
  record Condition(String name, int column, Operator operator, Literal literal) {}

  /** The error for a place in the expression. */
  UsageException wrong(int column, String finding) {
    return wrong(text, column, finding);
  }

  static UsageException wrong(String text, int column, String finding) {
    return new UsageException(
        Text.of("Cannot read --where '%s': column %d: %s", text, column, finding));
  }
}
