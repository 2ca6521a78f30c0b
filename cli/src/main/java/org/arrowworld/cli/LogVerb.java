package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.arrowworld.cli.RowPrinter.ReaderGoneException;
import org.arrowworld.log.Log;
import org.arrowworld.schema.Key;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw log}. */
@Command(
    name = "log",
    description = {
      "Print the committed rows of the log: tick, rid, key, value, separated by tabs; with --json",
      "one object per line.",
      "",
      "--where is NAME (==|!=|<|<=|>|>=) LITERAL joined by 'and'. NAME is tick, rid, key, val, or",
      "a key: 'creature.energy < 1' means key == creature.energy and val < 1. LITERAL is a number",
      "(also nan, inf, -inf), true, false, or a word, in quotes if it has blanks. A float32",
      "compares with the number rounded to float32.",
      "",
      "Of a record log, names of fields (in double quotes if they have other characters than",
      "letters, digits and _#-.) select whole records: number, commit group, then name=value;",
      "\"activity == 'picking' and value > 2\". --range is of commit groups then."
    })
final class LogVerb extends ReadingVerb {
  @Parameters(paramLabel = "STORE", description = "The store's directory.")
  private Path store;

  @Option(names = "--where", paramLabel = "E", description = "Only rows for which this holds.")
  private String where;

  @Option(
      names = "--range",
      paramLabel = "A..B",
      converter = TickRange.Converter.class,
      description = "Only these ticks, both ends included.")
  private TickRange range = TickRange.ALL;

  @Option(names = "--follow", description = "Go on with what is committed from now on.")
  private boolean follow;

  @Override
  QuickArguments quick() {
    return quick(p -> store = p)
        .text("--where", v -> where = v)
        .text("--range", v -> range = TickRange.parse(v))
        .flag("--follow", () -> follow = true);
  }

  @Override
  String purpose() {
    return "print the log";
  }

  @Override
  int execute() throws IOException {
    Where condition = where == null ? Where.ALWAYS : Where.parse(where);
    Storage storage = store(store);
    StoreInfo info = StoreInfo.read(storage);
    RowPrinter printer = new RowPrinter(console(), format(), "tick", "rid", "key", "val");
    try {
      long next = range.first();
      String seen = "";
      do {
        String present = follow ? fingerprint(storage) : "";
        if (seen.isEmpty() || !present.equals(seen)) {
          next = print(info, storage, condition, new TickRange(next, range.last()), printer);
          console().out().flush();
          seen = present;
        }
      } while (follow
          && next <= range.last()
          && !console().out().checkError()
          && console().pause().goOn());
    } catch (ReaderGoneException e) {
      return Exit.OK;
    }
    return Exit.OK;
  }

  /** Names and sizes of the segments: they change when something is committed. */
  private static String fingerprint(Storage storage) throws IOException {
    StringBuilder text = new StringBuilder("log");
    for (String directory : new String[] {"log", "log/live"}) {
      for (String name : storage.list(directory)) {
        text.append(' ').append(name);
        if (name.contains(".arrow")) {
          try (ReadableFile file = storage.openRead(directory + "/" + name)) {
            text.append(':').append(file.size());
          } catch (java.nio.file.NoSuchFileException e) {
            text.append(":gone"); // sealed meanwhile: looked at again at the next round
          }
        }
      }
    }
    return text.toString();
  }

  /** Prints what there is of a range; returns the first tick it did not see. */
  private long print(
      StoreInfo info, Storage storage, Where condition, TickRange wanted, RowPrinter printer)
      throws IOException {
    if (where != null && info.property("records").isPresent()) {
      try (SimLogReader reader = SimLogReader.open(storage)) {
        Optional<RecordFilter> records = RecordFilter.of(condition, reader);
        if (records.isPresent()) {
          reader.scan(
              record -> {
                if (wanted.first() <= record.group()
                    && record.group() <= wanted.last()
                    && records.get().matches(record)) {
                  printer.record(record);
                }
              });
          return Math.max(wanted.first(), reader.end().tick() + 1);
        }
      }
    }
    try (Log log = info.openLog(storage)) {
      RowFilter filter = new RowFilter(condition, log.keys());
      TickRange present = wanted.and(filter.ticks()).and(new TickRange(0, log.end().tick()));
      if (!present.isEmpty()) {
        Log.Visitor visitor =
            (batch, from, to) -> {
              for (int row = from; row < to; row++) {
                if (filter.matches(batch, row)) {
                  Key key = log.keys().key(batch.key(row));
                  printer.row(
                      batch.tick(row),
                      Integer.toUnsignedLong(batch.rid(row)),
                      key.name(),
                      Cell.of(key, batch, row));
                }
              }
            };
        if (filter.rid().isPresent()) {
          log.scanRid(present.first(), present.last(), filter.rid().getAsInt(), visitor);
        } else {
          log.scan(present.first(), present.last(), visitor);
        }
      }
      return Math.max(wanted.first(), log.end().tick() + 1);
    }
  }
}
