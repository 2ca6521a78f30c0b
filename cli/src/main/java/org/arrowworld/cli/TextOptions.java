// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.csv.CsvFormat;
import picocli.CommandLine.Option;

/** Options of imports of text. */
final class TextOptions {
  @Option(
      names = "--delimiter",
      paramLabel = "C",
      description = "What separates fields, one character or tab; default: found in the header.")
  private String delimiter;

  @Option(
      names = "--decimal",
      paramLabel = "C",
      defaultValue = ".",
      description = "The decimal mark, . or , (default: ${DEFAULT-VALUE}).")
  private String decimal;

  @Option(
      names = "--skip-lines",
      paramLabel = "N",
      defaultValue = "0",
      description = "Lines before the header to pass over.")
  private int skipLines;

  CsvFormat format() {
    try {
      return CsvFormat.of(delimiter, decimal, skipLines);
    } catch (InvalidUseException e) {
      throw new UsageException(e.getMessage());
    }
  }
}
