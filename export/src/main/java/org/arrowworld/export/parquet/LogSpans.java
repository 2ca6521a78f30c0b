// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.export.rows.LogSource.Span;
import org.arrowworld.log.Log;

/** Where a log is cut into files. */
public final class LogSpans {
  /** A file is full with the tick that brings it to this many rows. */
  public static final long FILE_ROWS = 25_000_000;

  private LogSpans() {}

  /**
   * Cuts a span into such that each but the last has as few ticks as make {@code fileRows} rows.
   * The same log, span and size give the same cuts.
   */
  public static List<Span> cut(Log log, Span whole, long fileRows) throws IOException {
    List<Span> spans = new ArrayList<>();
    long first = whole.first();
    long end = log.positionAt(whole.last()).seq();
    while (true) {
      long before = log.positionBefore(first).seq();
      if (end - before <= fileRows) {
        spans.add(new Span(first, whole.last()));
        return spans;
      }
      long low = first;
      long high = whole.last();
      while (low < high) {
        long middle = low + (high - low) / 2;
        if (log.positionAt(middle).seq() - before >= fileRows) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      spans.add(new Span(first, low));
      if (low == whole.last()) {
        return spans;
      }
      first = low + 1;
    }
  }
}
