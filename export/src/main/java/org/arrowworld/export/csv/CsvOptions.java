// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.csv;

/**
 * How CSV is written.
 *
 * @param text what happens to texts that a spreadsheet would take for a formula
 */
public record CsvOptions(Text text) {
  /** Texts as they are. */
  public static final CsvOptions DEFAULT = new CsvOptions(Text.EXACT);

  /** Texts that no spreadsheet runs as formulas. */
  public static final CsvOptions SPREADSHEET_SAFE = new CsvOptions(Text.SPREADSHEET_SAFE);

  /** What happens to texts. */
  public enum Text {
    /** They are written as they are. */
    EXACT,
    /**
     * Those that begin with {@code = + - @}, a tab or a carriage return get a {@code '} in front,
     * names of columns too; they do not read back equal. Numbers stay.
     */
    SPREADSHEET_SAFE
  }
}
