// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.stats;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.log.Log;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.storage.Storage;

/**
 * Summaries of the values that log rows of one key carry, over all of a span of ticks or tick by
 * tick. Memory does not grow with the history: values beyond a buffer are sorted on disk.
 */
public final class KeyStatistics {
  private static final int DEFAULT_BUFFER_VALUES = 1 << 21;

  /**
   * What to summarise.
   *
   * @param key full name of a key whose values are numbers
   * @param first first tick
   * @param last last tick
   * @param bins bins of the histogram, 0 for none
   * @param bufferValues values held in memory, 8 bytes each
   */
  public record Options(String key, long first, long last, int bins, int bufferValues) {
    /** Refuses null. */
    public Options {
      Given.required("summarise values", "key", key);
    }

    /** All values of a key, without a histogram. */
    public static Options of(String key) {
      return new Options(key, 0, Long.MAX_VALUE, 0, DEFAULT_BUFFER_VALUES);
    }

    /** These options for ticks {@code from} to {@code to}, both included. */
    public Options between(long from, long to) {
      return new Options(key, from, to, bins, bufferValues);
    }

    /** These options with a histogram. */
    public Options withBins(int count) {
      return new Options(key, first, last, count, bufferValues);
    }

    /** These options with another buffer. */
    public Options withBuffer(int values) {
      return new Options(key, first, last, bins, values);
    }
  }

  /** Receives the summaries of ticks that have values, in order. */
  public interface TickVisitor {
    void visit(long tick, Summary summary) throws IOException;
  }

  private final Log log;
  private final Options options;
  private final Storage scratch;
  private final Key key;

  /**
   * Statistics to be made.
   *
   * @param scratch an empty storage for sorting; empty again afterwards
   * @throws InvalidUseException if there is no such key, or its values are words
   */
  public KeyStatistics(Log log, Options options, Storage scratch) {
    this.log = log;
    this.options = options;
    this.scratch = scratch;
    this.key = log.keys().key(options.key());
    if (key.type() == ColumnType.STRING) {
      throw new InvalidUseException(
          Text.of("Cannot summarise key '%s': its values are words, not numbers", key.name()));
    }
  }

  /** The summary of all values, sorted in temporary files where they are many. */
  public static Summary all(Log log, Options options) throws IOException {
    try (ScratchFolder scratch = new ScratchFolder()) {
      return new KeyStatistics(
              log, Given.required("summarise values", "choice", options), scratch.storage())
          .all();
    }
  }

  /**
   * Shows a summary for each tick that has values, sorted in temporary files where they are many.
   */
  public static void byTick(Log log, Options options, TickVisitor visitor) throws IOException {
    Given.required("summarise values", "choice", options);
    Given.required("summarise values", "visitor", visitor);
    try (ScratchFolder scratch = new ScratchFolder()) {
      new KeyStatistics(log, options, scratch.storage()).byTick(visitor);
    }
  }

  /** The summary of all values. */
  public Summary all() throws IOException {
    try (Tally tally = tally()) {
      addAll(tally);
      return tally.summary(options.bins());
    }
  }

  private void addAll(Tally tally) throws IOException {
    log.scan(options.first(), options.last(), (batch, from, to) -> add(tally, batch, from, to));
  }

  /** A summary for each tick that has values. */
  public void byTick(TickVisitor visitor) throws IOException {
    TickByTick ticks = new TickByTick(visitor);
    log.scan(options.first(), options.last(), ticks);
    ticks.end();
  }

  /** The values of several logs, summarised as if they were one. Closed by whoever makes it. */
  public static final class Together implements Closeable {
    private final Options options;
    private final ScratchFolder scratch = new ScratchFolder();
    private Tally tally;
    private ColumnType type;

    /** Nothing yet. */
    public Together(Options options) throws IOException {
      this.options = Given.required("summarise values", "choice", options);
    }

    /**
     * Takes the values of a log.
     *
     * @throws InvalidUseException as {@link KeyStatistics} does, or if the key has another type in
     *     an earlier log
     */
    public void add(Log log) throws IOException {
      KeyStatistics statistics = new KeyStatistics(log, options, scratch.storage());
      if (tally == null) {
        tally = statistics.tally();
        type = statistics.key.type();
      }
      if (type != statistics.key.type()) {
        throw new InvalidUseException(
            Text.of(
                "Cannot summarise key '%s' of several stores together: it is %s in one and %s in another",
                options.key(), type.label(), statistics.key.type().label()));
      }
      statistics.addAll(tally);
    }

    /** The summary of all that was added; empty if no log was. */
    public Optional<Summary> summary() throws IOException {
      return tally == null ? Optional.empty() : Optional.of(tally.summary(options.bins()));
    }

    @Override
    public void close() throws IOException {
      try (scratch) {
        if (tally != null) {
          tally.close();
        }
      }
    }
  }

  private Tally tally() {
    return new Tally(key.type(), scratch, options.bufferValues());
  }

  private void add(Tally tally, TripleBatch batch, int from, int to) throws IOException {
    for (int row = from; row < to; row++) {
      if (batch.key(row) == key.code()) {
        tally.add(batch.val(row));
      }
    }
  }

  private final class TickByTick implements Log.Visitor {
    private final TickVisitor visitor;
    private Tally open;
    private long tick = -1;

    TickByTick(TickVisitor visitor) {
      this.visitor = visitor;
    }

    @Override
    public void visit(TripleBatch batch, int from, int to) throws IOException {
      for (int start = from; start < to; ) {
        long at = batch.tick(start);
        int end = Math.min(to, batch.firstRowAfter(at));
        if (at != tick) {
          end();
          tick = at;
          open = tally();
        }
        add(open, batch, start, end);
        start = end;
      }
    }

    void end() throws IOException {
      try (Tally tally = open) {
        if (tally != null && tally.count() > 0) {
          visitor.visit(tick, tally.summary(options.bins()));
        }
      }
      open = null;
    }
  }
}
