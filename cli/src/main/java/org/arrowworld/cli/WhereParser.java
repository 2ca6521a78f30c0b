// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.util.ArrayList;
import java.util.List;
import org.arrowworld.cli.Where.Condition;
import org.arrowworld.cli.Where.Literal;
import org.arrowworld.cli.Where.Operator;

/**
 * Parses {@code NAME (==|!=|<|<=|>|>=) LITERAL} joined by {@code and}. A name may stand in double
 * quotes.
 */
final class WhereParser {
  private final String text;
  private int at;

  WhereParser(String text) {
    this.text = text;
  }

  Where parse() {
    List<Condition> conditions = new ArrayList<>();
    do {
      conditions.add(condition());
    } while (joined());
    return new Where(text, List.copyOf(conditions));
  }

  private Condition condition() {
    skipBlanks();
    int start = at;
    if (at < text.length() && text.charAt(at) == '"') {
      int end = text.indexOf('"', at + 1);
      if (end < 0) {
        throw wrong(start, "the quote is not closed");
      }
      at = end + 1;
      String quoted = text.substring(start + 1, end);
      return new Condition(quoted, start + 1, operator(), literal());
    }
    while (at < text.length() && isNamePart(text.charAt(at))) {
      at++;
    }
    if (at == start) {
      throw wrong(start, "expected tick, rid, key, val or a key's name, found " + rest(start));
    }
    String name = text.substring(start, at);
    Operator operator = operator();
    return new Condition(name, start + 1, operator, literal());
  }

  private static boolean isNamePart(char c) {
    return c < 128 && (Character.isLetterOrDigit(c) || "_#-.".indexOf(c) >= 0);
  }

  private Operator operator() {
    skipBlanks();
    for (Operator operator : Operator.values()) {
      if (text.startsWith(operator.symbol(), at)) {
        at += operator.symbol().length();
        return operator;
      }
    }
    throw wrong(at, "expected ==, !=, <, <=, > or >=, found " + rest(at));
  }

  private Literal literal() {
    skipBlanks();
    int start = at;
    if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
      int end = text.indexOf(text.charAt(at), at + 1);
      if (end < 0) {
        throw wrong(start, "the quote is not closed");
      }
      at = end + 1;
      return new Literal(text.substring(start + 1, end), true, start + 1);
    }
    while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
      if ("=!<>".indexOf(text.charAt(at)) >= 0) {
        throw wrong(at, "expected a number or a word, found " + rest(at));
      }
      at++;
    }
    if (at == start) {
      throw wrong(start, "expected a number or a word, found " + rest(start));
    }
    return new Literal(text.substring(start, at), false, start + 1);
  }

  /** Whether an {@code and} follows; nothing else may. */
  private boolean joined() {
    skipBlanks();
    if (at == text.length()) {
      return false;
    }
    boolean and =
        text.startsWith("and", at)
            && at + 3 < text.length()
            && Character.isWhitespace(text.charAt(at + 3));
    if (!and) {
      throw wrong(at, "expected 'and' and a further condition, found " + rest(at));
    }
    at += 3;
    return true;
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private String rest(int from) {
    return from == text.length() ? "the end" : "'" + text.substring(from) + "'";
  }

  private UsageException wrong(int index, String finding) {
    return Where.wrong(text, index + 1, finding);
  }
}
