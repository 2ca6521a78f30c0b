// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.log.Durability;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;

/**
 * Writes a log again from rows that were archived, commit rows included, and proves that it is the
 * same: every row and every tick's digest is compared with the archive's (spec Z-3). One thread.
 */
public final class LogRebuild implements Closeable {
  private final String file;
  private final Storage storage;
  private final StoreInfo info;
  private final KeyTable keys;
  private final MutableCodebook codebook = new MutableCodebook();
  private final LogWriter writer;
  private final Triples tick = new Triples(4096);
  private int keysDeclared;
  private long rows;

  /**
   * Writes {@code store.json} and begins the log.
   *
   * @param file the archive, for messages
   * @param storage a storage without a store
   * @param keys every key of the log, those of the schema first
   */
  public LogRebuild(String file, Storage storage, StoreInfo info, List<Key> keys)
      throws IOException {
    this.file = file;
    this.storage = storage;
    this.info = info;
    List<Key> initial = info.schema().keys();
    if (keys.size() < initial.size() || !keys.subList(0, initial.size()).equals(initial)) {
      throw new DamagedFileException(file, -1, "its keys are not those of its schema");
    }
    this.keys = keyTable(keys);
    this.keysDeclared = initial.size();
    info.write(storage);
    LogWriter.Start start =
        new LogWriter.Start(info.id(), info.schema().version(), info.strings(), LogPosition.START);
    LogOptions options = LogOptions.DEFAULT.withDurability(Durability.NONE);
    this.writer = LogWriter.open(storage, start, new KeyTable(initial), codebook, options);
  }

  private KeyTable keyTable(List<Key> all) throws DamagedFileException {
    try {
      return new KeyTable(all);
    } catch (InvalidUseException e) {
      throw new DamagedFileException(file, -1, e.getMessage(), e);
    }
  }

  /**
   * Adds a row.
   *
   * @param word of a key with encoding {@code code}; null for others
   */
  public void add(long rowTick, int rid, int key, long val, String word) throws IOException {
    try {
      addChecked(rowTick, rid, key, val, word);
    } catch (InvalidUseException e) {
      throw new DamagedFileException(file, -1, Text.of("row %d: %s", rows, e.getMessage()), e);
    }
    rows++;
  }

  private void addChecked(long rowTick, int rid, int key, long val, String word)
      throws IOException {
    Key declaration = keys.key(key);
    if (tick.size() > 0 && tick.ticks()[0] != rowTick) {
      throw new InvalidUseException(
          Text.of("it is of tick %d, but tick %d has no commit row", rowTick, tick.ticks()[0]));
    }
    if (key == KeyTable.COMMIT) {
      commit(rowTick, rid);
      return;
    }
    if (!Values.fits(declaration.type(), val)) {
      throw new InvalidUseException(
          Text.of(
              "key '%s' of type %s has the value %016x",
              declaration.name(), declaration.type().label(), val));
    }
    if ((declaration.encoding() == KeyEncoding.CODE) != (word != null)) {
      throw new InvalidUseException(
          Text.of("key '%s' %s", declaration.name(), word == null ? "has no text" : "has a text"));
    }
    if (word != null) {
      codebook.learn((int) Values.toInteger(val), word);
    }
    tick.add(rowTick, rid, key, val);
  }

  private void commit(long rowTick, int rid) throws IOException {
    if (rid != tick.size()) {
      throw new InvalidUseException(
          Text.of(
              "the commit row of tick %d counts %s rows, there are %d",
              rowTick, Integer.toUnsignedString(rid), tick.size()));
    }
    int highest = keysDeclared - 1;
    for (int i = 0; i < tick.size(); i++) {
      highest = Math.max(highest, tick.keys()[i]);
    }
    while (keysDeclared <= highest) {
      writer.declare(keys.key(keysDeclared++));
    }
    writer.beginTick(rowTick);
    writer.appendAll(tick);
    writer.commit();
    tick.clear();
  }

  /**
   * Seals the log and checks its end.
   *
   * @param end where the archive says that it ends
   */
  public void finish(LogPosition end) throws IOException {
    if (tick.size() > 0) {
      throw new DamagedFileException(
          file, -1, Text.of("its last tick %d has no commit row", tick.ticks()[0]));
    }
    while (keysDeclared < keys.size()) {
      writer.declare(keys.key(keysDeclared++));
    }
    writer.seal();
    LogPosition written = writer.flushed();
    if (rows > 0 && !written.equals(end)) {
      throw new DamagedFileException(
          file,
          -1,
          Text.of(
              "its rows end at tick %d, seq %d, chain %016x, expected tick %d, seq %d, chain %016x",
              written.tick(), written.seq(), written.chain(), end.tick(), end.seq(), end.chain()));
    }
  }

  /** The archive's rows once more, to compare. */
  public interface Archived {
    /** The digest of the commit row that is the {@code row}th of the archive. */
    long val(long row) throws IOException;
  }

  /** Compares every commit row's digest with the archive's. */
  public void compare(Archived archive) throws IOException {
    try (Log log = info.openLog(storage)) {
      log.scan(0, Long.MAX_VALUE, (batch, from, to) -> compare(archive, batch, from, to));
    }
  }

  private void compare(Archived archive, TripleBatch batch, int from, int to) throws IOException {
    for (int row = from; row < to; row++) {
      if (batch.key(row) == KeyTable.COMMIT) {
        long found = archive.val(batch.firstSeq() + row);
        if (found != batch.val(row)) {
          throw new DamagedFileException(
              file,
              -1,
              Text.of(
                  "tick %d has chain %016x, its rows give %016x",
                  batch.tick(row), found, batch.val(row)));
        }
      }
    }
  }

  /** Rows added. */
  public long rows() {
    return rows;
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
