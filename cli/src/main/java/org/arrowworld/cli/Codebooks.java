package org.arrowworld.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Timeline;

/** The codebook at the end of a span of the log. */
final class Codebooks {
  private Codebooks() {}

  /**
   * Its words in UTF-8: those the rows carried if they are all there are, else those of the world.
   *
   * @param log scanned already
   */
  static List<byte[]> utf8(LogSource log, Timeline history, LogSource.Span span)
      throws IOException {
    List<byte[]> words = new ArrayList<>();
    if (span.first() == 0 && log.log().start().seq() == 0) {
      for (int code = 0; log.word(code) != null; code++) {
        words.add(log.word(code));
      }
      return words;
    }
    try (BufferAllocator memory = new RootAllocator();
        World world = history.at(span.last(), memory)) {
      for (int code = 0; code < world.codebook().size(); code++) {
        words.add(world.codebook().utf8(code));
      }
    }
    return words;
  }
}
