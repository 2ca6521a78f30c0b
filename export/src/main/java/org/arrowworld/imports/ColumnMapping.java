// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.values.ColumnNames;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/**
 * What the user says about columns: {@code new=old[:type][?value],...} (spec T-3). Columns that are
 * not named keep their names and types.
 *
 * @param entries in the order given
 */
public record ColumnMapping(List<Entry> entries) {
  /** Nothing is said. */
  public static final ColumnMapping NONE = new ColumnMapping(List.of());

  /**
   * One column.
   *
   * @param target its new name, {@code _} to leave it out
   * @param source its name in the file
   * @param type the type it is to have, if one is said
   * @param nullValue what stands for nulls, if that is said
   */
  public record Entry(
      String target, String source, Optional<ColumnType> type, Optional<String> nullValue) {
    boolean isSkipped() {
      return target.equals(ColumnNames.LEFT_OUT);
    }
  }

  public ColumnMapping {
    entries = List.copyOf(entries);
    Set<String> sources = new HashSet<>();
    for (Entry entry : entries) {
      if (!sources.add(entry.source)) {
        throw new InvalidUseException(Text.of("Cannot map column '%s' twice", entry.source));
      }
    }
  }

  /** What is said about a column of the file. */
  Optional<Entry> of(String source) {
    return entries.stream().filter(e -> e.source.equals(source)).findFirst();
  }

  /**
   * Parses a mapping. A name with any of {@code , : ? "} stands in double quotes, a quote in it
   * doubled.
   */
  public static ColumnMapping parse(String text) {
    return new Parser(text).parse();
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    ColumnMapping parse() {
      List<Entry> entries = new ArrayList<>();
      do {
        entries.add(entry());
      } while (accept(','));
      if (at < text.length()) {
        throw wrong("a comma");
      }
      return new ColumnMapping(entries);
    }

    private Entry entry() {
      boolean quotedTarget = at < text.length() && text.charAt(at) == '"';
      String target = quotedTarget ? quoted() : plain("=");
      if (!accept('=') || target.isEmpty()) {
        throw wrong("NEW=OLD");
      }
      boolean written =
          at < text.length() && text.charAt(at) == '"'; // "" is a column without a name
      String source = written ? quoted() : plain(",:?");
      if (source.isEmpty() && !written) {
        throw wrong("the name of a column of the file");
      }
      Optional<ColumnType> type =
          accept(':') ? Optional.of(ColumnType.ofLabel(plain(",?"))) : Optional.empty();
      Optional<String> nullValue = Optional.empty();
      if (accept('?')) {
        boolean quote = at < text.length() && text.charAt(at) == '"';
        nullValue = Optional.of(quote ? quoted() : plain(","));
      }
      return new Entry(target, source, type, nullValue);
    }

    private String plain(String ends) {
      int start = at;
      while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return text.substring(start, at).strip();
    }

    private String quoted() {
      StringBuilder name = new StringBuilder();
      at++;
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c == '"' && !accept('"')) {
          return name.toString();
        }
        name.append(c);
      }
      throw wrong("a closing quote");
    }

    private boolean accept(char c) {
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    private InvalidUseException wrong(String expected) {
      return new InvalidUseException(
          Text.of(
              "Cannot understand the columns '%s' at character %d: expected %s; the form is new=old[:type][?value],...",
              text, at + 1, expected));
    }
  }
}
