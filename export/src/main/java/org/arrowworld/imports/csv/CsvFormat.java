// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * What the user says about the text of a file.
 *
 * @param delimiter what separates fields, if it is not to be found
 * @param decimal what stands in front of the digits behind the point
 * @param skipLines lines before the header
 */
public record CsvFormat(Optional<Character> delimiter, Decimal decimal, int skipLines) {
  /** Nothing is said. */
  public static final CsvFormat DEFAULT = new CsvFormat(Optional.empty(), Decimal.POINT, 0);

  /** Decimal marks. */
  public enum Decimal {
    POINT('.'),
    COMMA(',');

    private final byte mark;

    Decimal(char mark) {
      this.mark = (byte) mark;
    }

    byte mark() {
      return mark;
    }
  }

  public CsvFormat {
    if (skipLines < 0) {
      throw new InvalidUseException(Text.of("Cannot pass over %d lines", skipLines));
    }
  }

  /**
   * Reads what a user writes.
   *
   * @param delimiter one character, or {@code tab}; null if nothing was said
   * @param decimal {@code .} or {@code ,}
   */
  public static CsvFormat of(String delimiter, String decimal, int skipLines) {
    Optional<Character> mark = Optional.empty();
    if (delimiter != null) {
      String plain = delimiter.equals("tab") || delimiter.equals("\\t") ? "\t" : delimiter;
      if (plain.length() != 1 || plain.charAt(0) > 0x7E || "\"\r\n".contains(plain)) {
        throw new InvalidUseException(
            Text.of("Cannot separate fields by '%s': expected one character, or tab", delimiter));
      }
      mark = Optional.of(plain.charAt(0));
    }
    if (!decimal.equals(".") && !decimal.equals(",")) {
      throw new InvalidUseException(
          Text.of("Cannot take '%s' for a decimal mark: expected . or ,", decimal));
    }
    return new CsvFormat(mark, decimal.equals(",") ? Decimal.COMMA : Decimal.POINT, skipLines);
  }
}
