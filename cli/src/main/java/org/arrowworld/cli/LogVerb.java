// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.arrowworld.cli.RowPrinter.OutputClosedException;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogFollower;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.published.Location;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Timeline;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw log}. */
@Command(
    name = "log",
    description = {
      "Print the committed rows of the log. Fields are tick, rid, key and value, separated by",
      "tabs; with --json one object per line.",
      "",
      "--where is NAME (==|!=|<|<=|>|>=) LITERAL joined by 'and'. NAME is tick, rid, key, val,",
      "or a key: 'creature.energy < 1' means key == creature.energy and val < 1. LITERAL is a",
      "number (also nan, inf, -inf), true, false, or a word, in quotes if it has blanks. A",
      "float32 compares with the number rounded to float32.",
      "",
      "In a record log, names of fields select whole records: \"activity == 'picking' and value",
      "> 2\". A name with other characters than letters, digits and _#-. stands in double",
      "quotes. A record is printed as number, commit group, then name=value; --range is of",
      "commit groups."
    })
final class LogVerb extends ReadingVerb {
  @Parameters(
      paramLabel = "STORE",
      converter = LocationConverter.class,
      description = "The store's directory, or the address of a published store.")
  private Location store;

  @Option(names = "--where", paramLabel = "E", description = "Only rows for which this holds.")
  private String where;

  @Option(names = "--key", paramLabel = "K", description = "Only rows of this key.")
  private String key;

  @Option(
      names = "--range",
      paramLabel = "A..B",
      converter = TickSpan.Converter.class,
      description = "Only these ticks, both ends included.")
  private TickSpan range = TickSpan.ALL;

  @Option(names = "--follow", description = "Go on with what is committed from now on.")
  private boolean follow;

  @Override
  QuickArguments quick() {
    return quick(p -> store = p)
        .text("--where", v -> where = v)
        .text("--key", v -> key = v)
        .text("--range", v -> range = TickSpan.parse(v))
        .flag("--follow", () -> follow = true);
  }

  @Override
  String purpose() {
    return "print the log";
  }

  @Override
  int execute() throws IOException {
    if (follow && store.isAddress()) {
      throw new UsageException("--follow waits for a writer, and a published store has none");
    }
    Where asked = where == null ? Where.ALWAYS : Where.parse(where);
    Where condition = key == null ? asked : asked.andKey(key);
    Storage storage = store(store);
    StoreInfo info = StoreInfo.read(storage);
    RowPrinter printer = new RowPrinter(console(), format(), "tick", "rid", "key", "val");
    try {
      if (where == null
          || key != null
          || info.property("records").isEmpty()
          || !printRecords(storage, condition, printer)) {
        printRows(storage, condition, printer);
      }
    } catch (OutputClosedException e) {
      return Exit.OK;
    }
    return Exit.OK;
  }

  private void printRows(Storage storage, Where condition, RowPrinter printer) throws IOException {
    LogFollower follower;
    try (Timeline timeline = Timeline.open(storage)) {
      Log log = timeline.log();
      RowFilter filter = new RowFilter(condition, log.keys());
      TickSpan present = range.and(filter.ticks()).and(new TickSpan(0, log.end().tick()));
      Log.Visitor visitor = printing(filter, log.keys(), printer);
      if (!present.isEmpty() && filter.rid().isPresent()) {
        log.scanRid(present.first(), present.last(), filter.rid().getAsInt(), visitor);
      } else if (!present.isEmpty()) {
        log.scan(present.first(), present.last(), visitor);
      }
      follower = timeline.follower();
    }
    try (follower) {
      while (goesOn(follower.position())) {
        follower.poll(
            (batch, from, to) ->
                printing(new RowFilter(condition, follower.keys()), follower.keys(), printer)
                    .visit(batch, firstRow(batch, from, to), to));
      }
    }
  }

  /** Whether more is to be waited for; returns after a pause. */
  private boolean goesOn(LogPosition position) {
    console().out().flush();
    return follow
        && position.tick() < range.last()
        && !console().out().checkError()
        && console().pause().goOn();
  }

  private Log.Visitor printing(RowFilter filter, KeyTable keys, RowPrinter printer) {
    return (batch, from, to) -> {
      for (int row = from; row < to && batch.tick(row) <= range.last(); row++) {
        if (filter.matches(batch, row)) {
          Key key = keys.key(batch.key(row));
          printer.row(
              batch.tick(row),
              Integer.toUnsignedLong(batch.rid(row)),
              key.name(),
              Cell.of(key, batch, row));
        }
      }
    };
  }

  private int firstRow(TripleBatch batch, int from, int to) {
    int row = from;
    while (row < to && batch.tick(row) < range.first()) {
      row++;
    }
    return row;
  }

  /** Prints the records that match; false if the condition speaks of rows. */
  private boolean printRecords(Storage storage, Where condition, RowPrinter printer)
      throws IOException {
    LogPosition seen = LogPosition.START;
    do {
      try (SimLogReader reader = SimLogReader.open(storage)) {
        Optional<RecordFilter> records = RecordFilter.of(condition, reader);
        if (records.isEmpty()) {
          return false;
        }
        requireFollowed(storage, seen);
        if (reader.end().seq() > seen.seq()) {
          TickSpan wanted = range.and(new TickSpan(seen.tick() + 1, Long.MAX_VALUE));
          reader.scan(
              record -> {
                if (wanted.first() <= record.group()
                    && record.group() <= wanted.last()
                    && records.get().matches(record)) {
                  printer.record(record);
                }
              });
          seen = reader.end();
        }
      }
    } while (goesOn(seen));
    return true;
  }

  /** Fails where the log no longer holds what was printed. */
  private static void requireFollowed(Storage storage, LogPosition seen) throws IOException {
    try (LogFollower follower = LogFollower.open(storage, List.of(), seen)) {
      follower.poll((batch, from, to) -> {});
    }
  }
}
