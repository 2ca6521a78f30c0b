// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.Store;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.log.LogPosition;
import org.arrowworld.timeline.WorldColumns;

/** The codebook at the end of a span of the log. */
final class Codebooks {
  private Codebooks() {}

  /**
   * Its words in UTF-8: those the rows carried if they are all there are, else those of the world.
   *
   * @param log scanned already
   * @param start the position before its first row, with the tick of the base if one stands there
   */
  static List<byte[]> utf8(LogSource log, Store store, LogPosition start) throws IOException {
    List<byte[]> words = new ArrayList<>();
    if (start.equals(LogPosition.START)) {
      for (int code = 0; log.word(code) != null; code++) {
        words.add(log.word(code));
      }
      return words;
    }
    try (WorldColumns world = store.columnsAt(log.span().last())) {
      for (int code = 0; code < world.codebook().size(); code++) {
        words.add(world.codebook().utf8(code));
      }
    }
    return words;
  }
}
