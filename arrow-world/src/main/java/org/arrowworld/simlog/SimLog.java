// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;

/**
 * A log of records without a schema: each is a set of named strings, numbers and truth values.
 *
 * <pre>{@code
 * try (SimLog log = SimLog.open(Path.of("run"))) {
 *   log.log(0.5, "activity", "picking", "entity", 7, "value", 1.5);
 *
 *   SimField activity = log.field("activity");           // the form that allocates nothing
 *   SimField entity = log.field("entity");
 *   log.record(0.75).set(activity, "packing").set(entity, 7).end();
 *   log.commit();
 * }
 * }</pre>
 *
 * <p>Records gather in commit groups. {@link #commit} ends a group; one that fills a container ends
 * by itself, and so does one that is older than the interval of {@code INTERVAL}. Under {@code
 * COMMIT} everything logged is forced when {@link #commit} returns. After a crash the log holds a
 * prefix of the groups, never a part of a record.
 *
 * <p>One producer thread. Holds the store's lock until closed. The first failed write poisons the
 * log: every later call throws {@link org.arrowworld.errors.WriterPoisonedException}.
 */
public final class SimLog implements Closeable {
  private static final String TIME = "time";

  private final LogWriter writer;
  private final Closeable storeLock;
  private final KeyTable keys;
  private final Map<String, SimField> fields = new HashMap<>();
  private final SimRecord record;
  private final SimField time;

  /** Guards the writer where a timer closes groups too; null where none does. */
  private final ReentrantLock shared;

  private final Closeable timer;
  private long records;
  private boolean groupOpen;
  private long ticket = -1;
  private boolean closed;

  private SimLog(
      LogWriter writer,
      Closeable storeLock,
      RecordStore.State state,
      Durability durability,
      GroupTimer timers)
      throws IOException {
    this.writer = writer;
    this.storeLock = storeLock;
    this.keys = state.keys();
    this.records = state.records();
    MutableCodebook codebook = state.codebook();
    this.record = new SimRecord(this, codebook);
    for (Key key : keys.from(1)) {
      FieldNames.Target target = FieldNames.target(key);
      field(target.field()).bind(target.kind(), key.code());
    }
    this.time = field(TIME);
    boolean timed = durability.mode() == Durability.Mode.INTERVAL;
    this.shared = timed ? new ReentrantLock() : null;
    this.timer =
        timed ? timers.every(durability.intervalMillis(), this::intervalElapsed) : () -> {};
  }

  /** Opens a directory with the {@linkplain LogOptions#DEFAULT default options}. */
  public static SimLog open(Path directory) throws IOException {
    return open(directory, LogOptions.DEFAULT);
  }

  /** Opens a directory; see {@link #open(Storage, LogOptions)}. */
  public static SimLog open(Path directory, LogOptions options) throws IOException {
    return open(new DiskStorage(directory), options);
  }

  /**
   * Creates a record log, or goes on with an existing one after its last committed group. A torn
   * tail is sealed up to there first.
   *
   * @throws InvalidUseException if the storage holds a store that is no record log
   * @throws org.arrowworld.errors.DamagedFileException if the log is damaged; nothing is changed
   * @throws org.arrowworld.errors.StoreLockedException if another writer has it open
   */
  public static SimLog open(Storage storage, LogOptions options) throws IOException {
    return open(storage, options, GroupTimer.system());
  }

  static SimLog open(Storage storage, LogOptions options, GroupTimer timers) throws IOException {
    storage.createDirectories("");
    if (StoreInfo.exists(storage)) {
      RecordStore.read(storage); // refuses a store of another kind before it touches its lock
    }
    String holder =
        Text.of(
            "process %d (java %s)",
            ProcessHandle.current().pid(), System.getProperty("java.version"));
    Closeable lock = storage.lock("LOCK", holder);
    try {
      StoreInfo info;
      RecordStore.State state;
      if (StoreInfo.exists(storage)) {
        info = RecordStore.read(storage);
        state = RecordStore.recover(storage, info, options.sealing());
      } else {
        info = RecordStore.newInfo();
        info.write(storage);
        state = RecordStore.fresh(info);
      }
      LogWriter.Start start =
          new LogWriter.Start(info.id(), info.schema().version(), true, state.position());
      LogWriter writer = LogWriter.open(storage, start, state.keys(), state.codebook(), options);
      return new SimLog(writer, lock, state, options.durability(), timers);
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  /**
   * The handle of a field, made if need be; nothing is declared before it has a value. All
   * declarations together take at most 15 MiB, about 15,000 of the longest names: setting a field
   * beyond that throws {@link InvalidUseException}, and the log goes on without it.
   *
   * @param name any text of 1 to 1000 bytes in UTF-8
   */
  public SimField field(String name) {
    SimField field = fields.get(name);
    if (field == null) {
      field = new SimField(this, FieldNames.checked(name));
      fields.put(name, field);
    }
    return field;
  }

  /** Begins a record with a value of {@code time}. */
  public SimRecord record(double timeValue) throws IOException {
    return record().set(time, timeValue);
  }

  /** Begins a record with a value of {@code time}, exact whatever its size. */
  public SimRecord record(long timeValue) throws IOException {
    return record().set(time, timeValue);
  }

  /** Begins a record without a time. The object is the same for every record of this log. */
  public SimRecord record() {
    checkOpen();
    return record.begin();
  }

  /**
   * Logs one record, whole or not at all.
   *
   * @param namesAndValues field names, each followed by its value: a string, number, truth value,
   *     or null for none
   */
  public void log(double timeValue, Object... namesAndValues) throws IOException {
    finish(record(timeValue), namesAndValues);
  }

  /** As {@link #log(double, Object...)}, with a time that is exact whatever its size. */
  public void log(long timeValue, Object... namesAndValues) throws IOException {
    finish(record(timeValue), namesAndValues);
  }

  private void finish(SimRecord target, Object[] namesAndValues) throws IOException {
    try {
      if (namesAndValues.length % 2 != 0) {
        throw new InvalidUseException(
            Text.of("Cannot log %d names and values: expected pairs", namesAndValues.length));
      }
      for (int i = 0; i < namesAndValues.length; i += 2) {
        if (!(namesAndValues[i] instanceof String name)) {
          throw new InvalidUseException(
              Text.of("Cannot log a value under %s: expected a field's name", namesAndValues[i]));
        }
        target.setObject(field(name), namesAndValues[i + 1]);
      }
      target.end();
    } finally {
      target.discard();
    }
  }

  /** Declares the key of a field's values of one kind. */
  int declare(SimField field, ValueKind kind) throws IOException {
    enter();
    try {
      checkOpen();
      if (writer.nextKeyWidens()) {
        closeGroup();
      }
      String bare = FieldNames.bareKey(field.name());
      boolean free = kind.mayBeBare() && keys.find(bare).isEmpty();
      String name = free ? bare : FieldNames.markedKey(field.name(), kind);
      Key key = new Key(keys.size(), name, kind.type(), KeyKind.EVENT, 0, Optional.empty());
      writer.declare(key);
      field.bind(kind, key.code());
      return key.code();
    } finally {
      leave();
    }
  }

  /** Logs a record's values. */
  void append(char[] codes, long[] patterns, int count) throws IOException {
    enter();
    try {
      checkOpen();
      if (count > 0) {
        if (groupOpen && writer.roomRows() <= count) { // one row is the group's commit
          closeGroup();
        }
        if (!groupOpen) {
          writer.beginTick(writer.committed().tick() + 1);
          groupOpen = true;
        }
        writer.appendRecord((int) records, codes, patterns, count);
      }
      records++;
    } finally {
      leave();
    }
  }

  private void closeGroup() throws IOException {
    if (groupOpen) {
      groupOpen = false;
      long newTicket = writer.commitLater();
      ticket = newTicket >= 0 ? newTicket : ticket;
    }
  }

  /**
   * Ends the commit group. Under {@code COMMIT} it returns when everything logged is forced.
   *
   * @return number of records logged, all of which are in committed groups; those without values
   *     that no record with values follows leave nothing, and are not counted by the next opening
   */
  public long commit() throws IOException {
    long mine;
    enter();
    try {
      checkOpen();
      closeGroup();
      mine = ticket;
    } finally {
      leave();
    }
    if (mine >= 0) {
      writer.await(mine);
    }
    return records;
  }

  /** Commits, and hands everything to the operating system; forces it too unless told never to. */
  public void sync() throws IOException {
    enter();
    try {
      checkOpen();
      closeGroup();
      writer.sync();
    } finally {
      leave();
    }
  }

  /** What the timer calls: closes the group, so that the writer forces it in time. */
  private void intervalElapsed() {
    enter();
    try {
      if (!closed) {
        closeGroup();
      }
    } catch (IOException | RuntimeException e) {
      // The writer keeps the failure and throws it at the producer's next call.
    } finally {
      leave();
    }
  }

  /** Number of records logged so far, those of earlier runs included; the next record's number. */
  public long records() {
    return records;
  }

  /** The position of the last committed group. */
  public LogPosition committed() {
    return writer.committed();
  }

  /** The position the durability vouches for: forced, or under {@code NONE} handed over. */
  public LogPosition acknowledged() {
    return writer.acknowledged();
  }

  /** Commits, flushes, forces and seals the log. Only {@link #close} may follow. */
  public void seal() throws IOException {
    enter();
    try {
      checkOpen();
      closeGroup();
      writer.seal();
    } finally {
      leave();
    }
    close();
  }

  /**
   * Commits what was logged and closes; a record that was not ended is dropped. The live segment
   * stays as it is, and the next opening seals it. Idempotent.
   */
  @Override
  public void close() throws IOException {
    enter();
    try {
      if (closed) {
        return;
      }
      closed = true;
      closeAll(timer, this::closeGroup, writer, storeLock);
    } finally {
      leave();
    }
  }

  /** Closes all; the first failure stays primary. */
  private static void closeAll(Closeable... parts) throws IOException {
    IOException failure = null;
    for (Closeable part : parts) {
      try {
        part.close();
      } catch (IOException | RuntimeException e) {
        IOException wrapped = e instanceof IOException io ? io : new IOException(e);
        if (failure == null) {
          failure = wrapped;
        } else {
          failure.addSuppressed(wrapped);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  void forgetWords() {
    fields.values().forEach(SimField::forgetWords);
  }

  private void checkOpen() {
    if (closed) {
      throw new InvalidUseException("Cannot log: the record log is closed");
    }
  }

  private void enter() {
    if (shared != null) {
      shared.lock();
    }
  }

  private void leave() {
    if (shared != null) {
      shared.unlock();
    }
  }
}
