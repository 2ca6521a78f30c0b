// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import org.arrowworld.imports.ImportFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code aw import arrow}. */
@Command(
    name = "arrow",
    description = {
      "Make a store of an Arrow IPC file or stream, as a base at tick 0. It may be",
      "uncompressed, zstd or LZ4. A column of another type than a table can have, or with nulls",
      "that --columns names no value for, is reported; then the file is kept in the store's",
      "unmapped/, and the exit code is 3."
    })
final class ImportArrowVerb extends ImportTablesVerb {
  @Mixin private HistoryFlags history;

  @Override
  int execute() throws IOException {
    return history.isAsked() ? history(history) : super.execute();
  }

  @Override
  ImportFormat kind() {
    return ImportFormat.ARROW;
  }
}
