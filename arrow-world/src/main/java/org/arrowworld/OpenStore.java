// SPDX-License-Identifier: Apache-2.0
package org.arrowworld;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.maintenance.StoreSnapshot;
import org.arrowworld.published.Addresses;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Cursor;
import org.arrowworld.timeline.Projection;
import org.arrowworld.timeline.Queries;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.window.StreamingWorld;
import org.arrowworld.window.Window;

/** What a {@link Store} holds while it is open, and what of it was handed out. */
final class OpenStore implements Closeable {
  private final Storage storage;
  private final Optional<Storage> ownStorage;
  private final BufferAllocator memory;
  private final Set<World> worlds = new LinkedHashSet<>();
  private final List<Cursor> cursors = new ArrayList<>();
  private final List<StreamingWorld> windows = new ArrayList<>();
  private Timeline timeline;
  private Queries queries;
  private boolean closed;

  private OpenStore(Storage storage, Optional<Storage> ownStorage, BufferAllocator memory)
      throws IOException {
    this.storage = storage;
    this.ownStorage = ownStorage;
    this.memory = memory;
    try {
      Given.required("open a store", "storage", storage);
      load();
    } catch (IOException | RuntimeException | Error e) {
      memory.close();
      if (ownStorage.isPresent()) {
        ownStorage.get().close();
      }
      throw e;
    }
  }

  /** Opens the store in a directory; the memory is closed with it, also if that fails. */
  static OpenStore of(Path directory, BufferAllocator memory) throws IOException {
    Storage storage;
    try {
      storage = new DiskStorage(directory);
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
    return new OpenStore(storage, Optional.of(storage), memory);
  }

  /** As {@link #of(Path, BufferAllocator)}, at an address. */
  static OpenStore of(URI address, BufferAllocator memory) throws IOException {
    Storage storage;
    try {
      storage = Addresses.storage(Given.required("open a store", "address", address));
    } catch (IOException | RuntimeException | Error e) {
      memory.close();
      throw e;
    }
    return new OpenStore(storage, Optional.of(storage), memory);
  }

  /** As {@link #of(Path, BufferAllocator)}; the storage stays the caller's. */
  static OpenStore of(Storage storage, BufferAllocator memory) throws IOException {
    return new OpenStore(storage, Optional.empty(), memory);
  }

  /** Memory for a store of an allocator of the caller's. */
  static BufferAllocator child(BufferAllocator allocator) {
    return Given.required("open a store", "allocator", allocator)
        .newChildAllocator("store", 0, Long.MAX_VALUE);
  }

  private void load() throws IOException {
    timeline = Timeline.open(storage);
    queries = new Queries(timeline, memory);
  }

  Storage storage() {
    return storage;
  }

  BufferAllocator memory() {
    return memory;
  }

  Timeline timeline() {
    if (closed) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read the store in %s: it was closed; open it again with Store.open",
              storage.description()));
    }
    return timeline;
  }

  Queries queries() {
    timeline();
    return queries;
  }

  World at(long tick, Projection wanted) throws IOException {
    Given.required("read a world", "projection", wanted);
    MutableWorld world = timeline().at(tick, wanted, memory);
    worlds.add(world);
    world.whenClosed(() -> worlds.remove(world));
    return world;
  }

  Cursor cursor(Projection wanted) {
    Given.required("read a world", "projection", wanted);
    Cursor cursor = timeline().cursor(wanted, memory);
    cursors.removeIf(Cursor::isClosed);
    cursors.add(cursor);
    return cursor;
  }

  StreamingWorld window(Window window) throws IOException {
    Given.required("open a window", "window", window);
    timeline();
    StreamingWorld streaming = StreamingWorld.open(storage, window, memory);
    windows.add(streaming);
    return streaming;
  }

  /** Some upkeep, and what it reports. */
  interface Upkeep<R> {
    R run() throws IOException;
  }

  /** Does what changes the store's files, and shows the store as it is afterwards. */
  <R> R upkeep(Upkeep<R> work) throws IOException {
    timeline();
    cursors.forEach(Cursor::close);
    cursors.clear();
    timeline.close();
    R done;
    try {
      done = work.run();
    } catch (IOException | RuntimeException | Error e) {
      loadAfter(e);
      throw e;
    }
    load();
    return done;
  }

  /** Shows the store again after a failure, which counts for more than one in doing so. */
  private void loadAfter(Throwable failure) {
    try {
      load();
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  void seal() throws IOException {
    upkeep(
        () -> {
          StoreSnapshot.seal(storage);
          return null;
        });
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    cursors.forEach(Cursor::close);
    List.copyOf(worlds).forEach(World::close);
    try {
      for (StreamingWorld window : windows) {
        window.close();
      }
      timeline.close();
      if (ownStorage.isPresent()) {
        ownStorage.get().close();
      }
    } finally {
      memory.close();
    }
  }
}
