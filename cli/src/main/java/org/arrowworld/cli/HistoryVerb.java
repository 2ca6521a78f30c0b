package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import org.arrowworld.cli.RowPrinter.ReaderGoneException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.log.Log;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw history}. */
@Command(
    name = "history",
    description = {
      "Print all that happened to one id, in order: births and deaths with their lineage, values,",
      "events, and its coming and going in presence tables, in all its generations.",
      "Fields are tick, gen, key, value, separated by tabs; with --json one object per line."
    })
final class HistoryVerb extends ReadingVerb {
  @Parameters(paramLabel = "STORE", description = "The store's directory.")
  private Path store;

  @Option(names = "--table", required = true, paramLabel = "N", description = "The table.")
  private String table;

  @Option(names = "--id", required = true, paramLabel = "ID", description = "The id.")
  private long id;

  @Option(
      names = "--key",
      paramLabel = "K",
      description = "Only this key: a column of the table, or a key's full name.")
  private String key;

  @Override
  QuickArguments quick() {
    return quick(p -> store = p)
        .requiredText("--table", v -> table = v)
        .requiredNumber("--id", v -> id = v)
        .text("--key", v -> key = v);
  }

  @Override
  String purpose() {
    return "show the history";
  }

  @Override
  int execute() throws IOException {
    if (id < 0 || id > 0xFFFF_FFFFL) {
      throw new UsageException("expected an id from 0 to 4294967295, found " + id);
    }
    Storage storage = store(store);
    StoreInfo info = StoreInfo.read(storage);
    TableSchema schema = info.schema().table(table);
    try (Log log = info.openLog(storage)) {
      RowPrinter printer = new RowPrinter(console(), format(), "tick", "gen", "key", "val");
      Reader reader = new Reader(log.keys(), wanted(log.keys()), printer, schema);
      log.scanRid(0, Long.MAX_VALUE, (int) id, reader);
      if (!reader.found) {
        throw new InvalidUseException("the log has no row of %s %d".formatted(table, id));
      }
    } catch (ReaderGoneException e) {
      return Exit.OK;
    }
    return Exit.OK;
  }

  /** Codes of the keys whose rows are printed. */
  private BitSet wanted(KeyTable keys) {
    BitSet wanted = ofTable(keys);
    if (key != null) {
      Key only = keys.find(table + "." + key).or(() -> keys.find(key)).orElse(null);
      if (only == null || !wanted.get(only.code())) {
        throw new InvalidUseException("table '%s' has no key '%s'".formatted(table, key));
      }
      wanted.clear();
      wanted.set(only.code());
    }
    return wanted;
  }

  private BitSet ofTable(KeyTable keys) {
    BitSet codes = new BitSet();
    for (Key k : keys.from(0)) {
      boolean presence =
          (k.kind() == KeyKind.BORN || k.kind() == KeyKind.DIED)
              && k.refersTo().filter(table::equals).isPresent();
      if (k.name().startsWith(table + ".") || presence) {
        codes.set(k.code());
      }
    }
    return codes;
  }

  /** Prints the rows and keeps track of the generation. */
  private final class Reader implements Log.Visitor {
    private final KeyTable keys;
    private final BitSet ofTable;
    private final BitSet wanted;
    private final RowPrinter printer;
    private final TableSchema schema;
    private final int born;
    private Object generation;
    private boolean found;

    Reader(KeyTable keys, BitSet wanted, RowPrinter printer, TableSchema schema) {
      this.keys = keys;
      this.ofTable = ofTable(keys);
      this.wanted = wanted;
      this.printer = printer;
      this.schema = schema;
      this.born = keys.key(table + ".born").code();
    }

    @Override
    public void visit(TripleBatch batch, int from, int to) throws IOException {
      for (int row = from; row < to; row++) {
        if (batch.rid(row) != (int) id || !ofTable.get(batch.key(row))) {
          continue;
        }
        found = true;
        Key k = keys.key(batch.key(row));
        if (k.code() == born && schema.hasGenerations()) {
          generation = Cell.of(k, batch, row);
        }
        if (wanted.get(k.code())) {
          printer.row(batch.tick(row), generation, k.name(), Cell.of(k, batch, row));
        }
      }
    }
  }
}
