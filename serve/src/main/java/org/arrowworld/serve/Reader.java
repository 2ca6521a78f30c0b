// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.arrowworld.Store;
import org.arrowworld.log.LogPosition;
import org.arrowworld.timeline.Cursor;

/** An open store and a cursor that stays where the last request left it. One thread at a time. */
final class Reader implements Closeable {
  private final Store store;
  private final Cursor cursor;
  private final LogPosition end;
  private Optional<BooleanSupplier> cancelled = Optional.empty();
  private boolean following;
  private long usedNanos = System.nanoTime();

  private Reader(Store store, long keptBytes) throws IOException {
    this.store = store;
    this.cursor = store.cursor();
    this.cursor.keepWorlds(keptBytes);
    this.end = store.end();
    store.log().watch((rows, of) -> stopIfCancelled());
  }

  /**
   * Opens a store.
   *
   * @param keptBytes memory in which its cursor keeps worlds that it passed
   */
  static Reader open(Path path, long keptBytes) throws IOException {
    Store store = Store.open(path);
    try {
      return new Reader(store, keptBytes);
    } catch (IOException | RuntimeException | Error e) {
      store.close();
      throw e;
    }
  }

  private void stopIfCancelled() {
    if (cancelled.isPresent() && cancelled.get().getAsBoolean()) {
      throw new Problem(
          409,
          "superseded",
          "Stopped reading: the same view has asked for something newer, or the server ends");
    }
  }

  Store store() {
    return store;
  }

  Cursor cursor() {
    return cursor;
  }

  /** Goes to the last tick there is now. */
  void follow() throws IOException {
    following = true;
    cursor.follow();
  }

  /** Whether it was last used to follow the store's end: others go elsewhere faster. */
  boolean isFollowing() {
    return following;
  }

  /** Goes to a tick that the store had when it was opened. */
  void seek(long tick) throws IOException {
    following = false;
    cursor.seek(tick);
  }

  /** How far the store goes as it was opened. */
  LogPosition end() {
    return end;
  }

  /** From now on it stops, with a {@link Problem}, when it is told to. */
  void watch(BooleanSupplier newCancelled) {
    cancelled = Optional.of(newCancelled);
  }

  void rest() {
    cancelled = Optional.empty();
    usedNanos = System.nanoTime();
  }

  long usedNanos() {
    return usedNanos;
  }

  /** The tick the cursor stands at, -1 if it stands nowhere. */
  long tick() {
    return cursor.tick().orElse(-1);
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
