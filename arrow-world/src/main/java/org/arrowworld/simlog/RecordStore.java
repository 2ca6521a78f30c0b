// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.io.IOException;
import java.util.Map;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogRecovery;
import org.arrowworld.log.Tail;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;

/** What makes a store a record log (spec G-1), and where an existing one goes on. */
final class RecordStore {
  /** The property that names the version of the record rules. */
  static final String PROPERTY = "records";

  static final String VERSION = "1";

  private RecordStore() {}

  /**
   * Where a writer begins.
   *
   * @param keys declared so far
   * @param codebook words so far
   * @param position after the last committed group
   * @param records number of the next record
   */
  record State(KeyTable keys, MutableCodebook codebook, LogPosition position, long records) {}

  /** A new store for records. */
  static StoreInfo newInfo() {
    return StoreInfo.create(WorldSchema.of(), "commit group", Map.of(PROPERTY, VERSION))
        .withStrings();
  }

  /** Reads {@code store.json} of a store that must be a record log. */
  static StoreInfo read(Storage storage) throws IOException {
    StoreInfo info = StoreInfo.read(storage);
    String version = info.property(PROPERTY).orElse("");
    boolean schemaFree = info.schema().tables().isEmpty() && info.schema().inputs().isEmpty();
    if (version.isEmpty() || !schemaFree || !info.strings()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot open %s as a record log: its store.json says it is none",
              storage.description()));
    }
    if (!version.equals(VERSION)) {
      if (!version.matches("[0-9]{1,9}")) {
        throw new DamagedFileException(
            "store.json", -1, Text.of("its property '%s' is '%s'", PROPERTY, version));
      }
      throw new UnsupportedVersionException(
          "store.json", "record log version", Long.parseLong(version), VERSION);
    }
    return info;
  }

  /** The state of a store that holds no row. */
  static State fresh(StoreInfo info) {
    return new State(
        new KeyTable(info.schema().keys()), new MutableCodebook(), LogPosition.START, 0);
  }

  /** Seals what a crash left and finds where to go on; the caller holds the lock. */
  static State recover(Storage storage, StoreInfo info, BufferCompression sealing)
      throws IOException {
    try (Log log = info.openLog(storage)) {
      Tail tail = log.tail();
      if (tail.kind() == Tail.Kind.DAMAGED) {
        throw new DamagedFileException(
            tail.file(),
            tail.offset(),
            tail.finding() + "; run aw recover to save what can be read");
      }
    }
    LogRecovery.prepare(storage, sealing);
    try (Log log = info.openLog(storage)) {
      boolean emptied = log.segments().isEmpty() && !Snapshot.list(storage).isEmpty();
      if (log.start().seq() > 0 || emptied) {
        throw new InvalidUseException(
            Text.of(
                "Cannot go on with the record log in %s: its beginning was dropped, and with it the codebook",
                storage.description()));
      }
      for (Key key : log.keys().from(1)) {
        FieldNames.target(key);
      }
      MutableCodebook codebook = new MutableCodebook();
      RecordOrder order = new RecordOrder();
      log.scan(0, Long.MAX_VALUE, new Replay(codebook, order)::visit);
      return new State(log.keys(), codebook, log.end(), order.next());
    }
  }

  /** Rebuilds the codebook and counts records. */
  private static final class Replay {
    private final MutableCodebook codebook;
    private final RecordOrder order;
    private boolean inRecord;
    private int rid;

    Replay(MutableCodebook codebook, RecordOrder order) {
      this.codebook = codebook;
      this.order = order;
    }

    void visit(TripleBatch batch, int from, int to) throws IOException {
      for (int row = from; row < to; row++) {
        if (batch.key(row) == KeyTable.COMMIT) {
          inRecord = false;
          continue;
        }
        if (!inRecord || batch.rid(row) != rid) {
          inRecord = true;
          rid = batch.rid(row);
          order.take(rid);
        }
        learn(batch, row);
      }
    }

    private void learn(TripleBatch batch, int row) throws IOException {
      // A row's val is a code only if it has a word; other values may look like one.
      if (Values.toInteger(batch.val(row)) >= codebook.size()) {
        String word = batch.word(row);
        if (word != null) {
          try {
            codebook.learn((int) Values.toInteger(batch.val(row)), word);
          } catch (InvalidUseException e) {
            throw new DamagedFileException("log", -1, e.getMessage(), e);
          }
        }
      }
    }
  }
}
