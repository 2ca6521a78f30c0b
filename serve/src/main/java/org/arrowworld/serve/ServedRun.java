// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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

  ServedRun(String name, Path path, Turns turns) {
    this.name = name;
    this.path = path;
    this.turns = turns;
    this.storage = new DiskStorage(path);
  }

  String name() {
    return name;
  }

  Path path() {
    return path;
  }

  DiskStorage storage() {
    return storage;
  }

  /** How far the store goes, as of a moment ago. */
  LogPosition end() throws IOException {
    return endFor(-1);
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
    for (Reader reader : idle) {
      reader.close();
    }
    idle.clear();
  }

  /** How often it became another store. */
  synchronized int epoch() {
    return epoch;
  }

  /** Its lives, as long as it does not grow. */
  synchronized Kept<Lineages> lineages() {
    return lineages;
  }

  /** A reader that is the holder's until it is closed. */
  final class Lease implements AutoCloseable {
    private final Reader reader;
    private final int of;
    private final Optional<String> view;
    private final AtomicBoolean cancelled = new AtomicBoolean();

    private Lease(Reader reader, int of, Optional<String> view) {
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

    @Override
    public void close() throws IOException {
      view.ifPresent(v -> views.remove(v, cancelled));
      try {
        giveBack(reader, of);
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
    return lease(view, end -> take(Math.min(tick, end.tick())), tick);
  }

  /** A reader that follows the store's end, if there is one; for {@link Reader#follow}. */
  Lease leaseNewest(Optional<String> view) throws IOException {
    return lease(view, end -> takeFollowing(), -1);
  }

  private interface Taker {
    /** An idle reader, null if none is of use. */
    Reader take(LogPosition end) throws IOException;
  }

  private Lease lease(Optional<String> view, Taker taker, long tick) throws IOException {
    view.map(views::get).ifPresent(older -> older.set(true));
    turns.begin();
    boolean leased = false;
    try {
      LogPosition end = endFor(tick);
      int now = epoch();
      Reader reader = taker.take(end);
      Lease lease = new Lease(reader == null ? Reader.open(path) : reader, now, view);
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

  private synchronized Reader take(long tick) throws IOException {
    closeIdle(tick);
    Optional<Reader> best =
        idle.stream()
            .filter(r -> r.end().tick() >= tick && !r.isFollowing())
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
