// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import org.arrowworld.imports.ImportFormat;
import picocli.CommandLine.Command;

/** {@code aw import npy}. */
@Command(
    name = "npy",
    description = {
      "Make a store of a directory of .npy files, one per column, as a base at tick 0 or the tick in",
      "tick.npy. What cannot be a column is kept in the store's unmapped/, and the exit code is 3."
    })
final class ImportNpyVerb extends ImportTablesVerb {
  @Override
  ImportFormat kind() {
    return ImportFormat.NPY;
  }
}
