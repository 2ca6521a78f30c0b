// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.log.LogFollower;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.StoreId;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Timeline;

/**
 * A store that is served: a few readers of it, each with its own cursor, and how far it goes now. A
 * store that was truncated, replaced or lost old history is a new one: its readers are dropped.
 */
final class ServedRun implements Closeable {
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final String name;
  private final Path path;
  private final Turns turns;
  private final List<Reader> idle = new ArrayList<>();
  private final Map<String, AtomicBoolean> views = new ConcurrentHashMap<>();
  private final DiskStorage storage;
  private LogFollower follower;
  private StoreId followed;
  private FirstFiles beginning;
  private long lookedNanos;
  private int epoch;
  private boolean closed;
  private Kept<Lineages> lineages = new Kept<>();

  private final long keptBytes;

  /**
   * A run that nobody has read yet.
   *
   * @param turns how many read at a time, of this run and others
   * @param keptBytes memory in which each reader keeps worlds that it passed
   */
  ServedRun(String name, Path path, Turns turns, long keptBytes) {
    this.name = name;
    this.path = path;
    this.turns = turns;
    this.keptBytes = keptBytes;
    this.storage = new DiskStorage(path);
  }

  String name() {
    return name;
  }

  Path path() {
    return path;
  }

  /** Whose turn it is to read. */
  Turns turns() {
    return turns;
  }

  DiskStorage storage() {
    return storage;
  }

  /**
   * A run at a moment.
   *
   * @param epoch how often it became another store
   * @param end how far it goes
   */
  record Now(int epoch, LogPosition end) {}

  /** How it is, as of a moment ago. */
  synchronized Now now() throws IOException {
    LogPosition end = endFor(-1);
    return new Now(epoch, end);
  }

  /** How far the store goes, as of a moment ago. */
  LogPosition end() throws IOException {
    return now().end();
  }

  /** How far the store goes; now, if it did not go as far as a tick a moment ago. */
  private synchronized LogPosition endFor(long tick) throws IOException {
    long now = System.nanoTime();
    if (follower == null) {
      follow();
    } else if (now - lookedNanos > LOOK_NANOS || follower.position().tick() < tick) {
      if (!StoreInfo.read(storage).id().equals(followed) || !isFollowed()) {
        forget();
        follow(); // which tells what is damaged, if it is more than a truncation
      }
    }
    lookedNanos = now;
    return follower.position();
  }

  /** Whether the history begins as it did, and goes on where it was followed to. */
  private boolean isFollowed() throws IOException {
    try {
      follower.poll((batch, from, to) -> {});
      return beginning.isThere(storage);
    } catch (DamagedFileException e) {
      return false;
    }
  }

  private void follow() throws IOException {
    beginning = FirstFiles.of(storage);
    try (Timeline timeline = Timeline.open(storage)) {
      followed = timeline.info().id();
      follower = timeline.follower();
    }
  }

  private void forget() throws IOException {
    epoch++;
    follower = null;
    lineages = new Kept<>();
    closeIdle();
  }

  private void closeIdle() throws IOException {
    for (Reader reader : idle) {
      reader.close();
    }
    idle.clear();
  }

  /**
   * Looks anew at what there is, after a reader failed: files may have been merged, cut or replaced
   * since it opened them.
   */
  synchronized void renew() throws IOException {
    closeIdle();
    lookedNanos = System.nanoTime() - LOOK_NANOS - 1;
  }

  /** The readers that nobody uses, and when they were used last. */
  synchronized Map<Reader, Long> idle() {
    Map<Reader, Long> used = new LinkedHashMap<>();
    idle.forEach(reader -> used.put(reader, reader.usedNanos()));
    return used;
  }

  /** Closes a reader if it is still idle. */
  synchronized void close(Reader reader) throws IOException {
    if (idle.remove(reader)) {
      reader.close();
    }
  }

  /** A reader that is the holder's until it is closed. */
  final class Lease implements AutoCloseable {
    private final Reader reader;
    private final History of;
    private final Optional<String> view;
    private final AtomicBoolean cancelled = new AtomicBoolean();

    private Lease(Reader reader, History of, Optional<String> view) {
      this.reader = reader;
      this.of = of;
      this.view = view;
      view.map(v -> views.put(v, cancelled)).ifPresent(older -> older.set(true));
      reader.watch(() -> cancelled.get() || closed);
    }

    Store store() {
      return reader.store();
    }

    Reader reader() {
      return reader;
    }

    /** How often the run had become another store when this was leased. */
    int epoch() {
      return of.epoch();
    }

    /** The lives of its history, as long as that does not grow. */
    Kept<Lineages> lineages() {
      return of.lineages();
    }

    @Override
    public void close() throws IOException {
      view.ifPresent(v -> views.remove(v, cancelled));
      try {
        giveBack(reader, of.epoch());
      } finally {
        turns.end();
      }
    }
  }

  /** A reader that knows ticks up to the present end, near a tick if there is a choice. */
  Lease lease(long tick) throws IOException {
    return lease(tick, Optional.empty());
  }

  /** As {@link #lease(long)}; what the same view has asked for before is stopped. */
  Lease lease(long tick, Optional<String> view) throws IOException {
    return lease(tick, tick, view);
  }

  /**
   * A reader that knows all ticks up to one, or to the present end, near another tick if there is a
   * choice; what the same view has asked for before is stopped.
   */
  Lease lease(long from, long to, Optional<String> view) throws IOException {
    return lease(
        view,
        end -> take(Math.min(from, end.tick()), Math.min(Math.max(from, to), end.tick())),
        Math.max(from, to));
  }

  /** A reader that follows the store's end, if there is one; for {@link Reader#follow}. */
  Lease leaseNewest(Optional<String> view) throws IOException {
    return lease(view, end -> takeFollowing(), -1);
  }

  /** Which of the histories that the run has had. */
  private record History(int epoch, Kept<Lineages> lineages) {}

  private interface Taker {
    /** An idle reader, null if none is of use. */
    Reader take(LogPosition end) throws IOException;
  }

  private Lease lease(Optional<String> view, Taker taker, long tick) throws IOException {
    view.map(views::get).ifPresent(older -> older.set(true));
    turns.begin();
    boolean leased = false;
    try {
      Optional<Reader> free;
      History now;
      synchronized (this) {
        free = Optional.ofNullable(taker.take(endFor(tick)));
        now = new History(epoch, lineages);
      }
      Reader reader = free.isPresent() ? free.get() : Reader.open(path, keptBytes);
      Lease lease = new Lease(reader, now, view);
      leased = true;
      return lease;
    } finally {
      if (!leased) {
        turns.end();
      }
    }
  }

  private synchronized Reader takeFollowing() {
    Optional<Reader> best =
        idle.stream()
            .filter(r -> r.isFollowing() || r.end().equals(follower.position()))
            .max(Comparator.comparing(Reader::isFollowing));
    best.ifPresent(idle::remove);
    return best.orElse(null);
  }

  private synchronized Reader take(long tick, long known) throws IOException {
    closeIdle(known);
    Optional<Reader> best =
        idle.stream()
            .filter(r -> r.end().tick() >= known && !r.isFollowing())
            .min(
                Comparator.comparingLong(
                    (Reader r) -> r.tick() <= tick ? tick - r.tick() : Long.MAX_VALUE));
    best.ifPresent(idle::remove);
    return best.orElse(null);
  }

  /** Closes those that nobody has used for long, and those that know too little. */
  private void closeIdle(long tick) throws IOException {
    long now = System.nanoTime();
    for (Reader reader : List.copyOf(idle)) {
      boolean behind = reader.end().tick() < tick && !reader.isFollowing();
      if (now - reader.usedNanos() > IDLE_NANOS || behind) {
        idle.remove(reader);
        reader.close();
      }
    }
  }

  private synchronized void giveBack(Reader reader, int of) throws IOException {
    if (!closed && of == epoch) {
      reader.rest();
      idle.add(reader);
    } else {
      reader.close();
    }
  }

  /** Stops what reads it, and gives the readers' memory back. */
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    forget();
    storage.close();
  }
}
