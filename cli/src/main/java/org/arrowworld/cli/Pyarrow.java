// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.nio.file.Path;
import org.arrowworld.internal.Text;

/** Lines of Python for people to copy. */
final class Pyarrow {
  private Pyarrow() {}

  /** Opens a sealed log with stock pyarrow. */
  static String log(Path store) {
    String pattern = store.resolve("log").resolve("*.arrow").toString();
    return Text.of(
        "import glob, pyarrow as pa; log = pa.concat_tables("
            + "pa.ipc.open_file(p).read_all() for p in sorted(glob.glob(%s)))",
        quoted(pattern));
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
