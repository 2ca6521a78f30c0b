// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Log.Part;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.FewFiles;
import org.arrowworld.storage.Storage;

/** Finds a log's segments, checks that they continue each other, and tells where the log ends. */
final class LogOpener {
  private static final int ATTEMPTS = 5;

  /** So many live segments keep a descriptor, for a writer seals and deletes them at any moment. */
  private static final int HELD = 8;

  private final Storage storage;
  private final StoreId store;
  private final List<Key> initialKeys;

  LogOpener(Storage storage, StoreId store, List<Key> initialKeys) {
    this.storage = storage;
    this.store = store;
    this.initialKeys = initialKeys;
  }

  Log open() throws IOException {
    for (int attempt = 1; ; attempt++) {
      Optional<Fence> fence = Fence.read(storage);
      try {
        return open(fence);
      } catch (NoSuchFileException e) {
        // A live segment was sealed and deleted between listing and opening it.
        if (attempt == ATTEMPTS) {
          throw e;
        }
      } catch (DamagedFileException e) {
        // A truncation began, or ended, between reading the fence and the segments.
        if (attempt == ATTEMPTS || fence.equals(Fence.read(storage))) {
          throw e;
        }
      }
    }
  }

  private Log open(Optional<Fence> fence) throws IOException {
    List<Part> parts = new ArrayList<>();
    ReadMemory memory = new ReadMemory();
    FewFiles files = new FewFiles(storage);
    try {
      List<String> paths = segmentPaths(storage);
      long live = paths.stream().filter(path -> path.startsWith(SegmentFormat.LIVE)).count();
      for (String path : paths) {
        if (fence.isPresent() && firstSeq(path) >= fence.get().seq()) {
          continue;
        }
        boolean held = path.startsWith(SegmentFormat.LIVE) && --live < HELD;
        Part part = openPart(held ? storage : files, path, memory);
        parts.add(part);
        if (isCovered(parts, part)) {
          parts.remove(parts.size() - 1);
          part.reader().close();
        }
      }
      KeyTable keys = checkContinuity(parts, store, initialKeys);
      return bounded(parts, keys, fence);
    } catch (IOException | RuntimeException e) {
      Log.closeAll(parts);
      throw e;
    }
  }

  /** The first seq a segment's name tells. */
  static long firstSeq(String path) {
    return Long.parseLong(path.substring(path.lastIndexOf('/') + 1).substring(0, 20));
  }

  /** Whether a segment before this one holds all its rows: a merge was interrupted (spec L-25). */
  private static boolean isCovered(List<Part> parts, Part part) {
    return parts.size() > 1
        && part.index().end().seq() <= parts.get(parts.size() - 2).index().end().seq()
        && part.reader().header().start().seq() < parts.get(parts.size() - 2).index().end().seq();
  }

  /**
   * Paths of the segments in order; where both forms exist, the sealed one. Live ones are listed
   * first, so that a segment sealed meanwhile is seen in one form at least.
   */
  static List<String> segmentPaths(Storage storage) throws IOException {
    TreeMap<String, String> paths = new TreeMap<>();
    for (String name : storage.list(SegmentFormat.LIVE)) {
      if (SegmentFormat.isName(name, SegmentFormat.LIVE_ENDING)) {
        paths.put(name.substring(0, 20), SegmentFormat.LIVE + "/" + name);
      }
    }
    for (String name : storage.list(SegmentFormat.LOG)) {
      if (SegmentFormat.isName(name, SegmentFormat.SEALED_ENDING)) {
        paths.put(name.substring(0, 20), SegmentFormat.LOG + "/" + name);
      }
    }
    return List.copyOf(paths.values());
  }

  private static Part openPart(Storage storage, String path, ReadMemory memory) throws IOException {
    boolean sealed = path.endsWith(SegmentFormat.SEALED_ENDING);
    SegmentReader reader = SegmentReader.open(storage, path, sealed ? 8 : 0, memory);
    try {
      String name = path.substring(path.lastIndexOf('/') + 1).substring(0, 20);
      if (!name.equals(SegmentFormat.digits20(reader.header().start().seq()))) {
        throw new DamagedFileException(path, -1, "its name and its aw.first_seq differ");
      }
      return new Part(reader, sealed ? SegmentIndexer.sealed(reader) : SegmentIndexer.live(reader));
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private static KeyTable checkContinuity(List<Part> parts, StoreId store, List<Key> initialKeys)
      throws IOException {
    KeyTable keys = new KeyTable(initialKeys);
    LogPosition expected = null;
    for (Part part : parts) {
      SegmentFormat.Header header = part.reader().header();
      String path = part.reader().path();
      if (!header.store().equals(store)) {
        throw new DamagedFileException(
            path, -1, Text.of("it belongs to store %s, not %s", header.store().hex(), store.hex()));
      }
      if (expected != null
          && (header.start().seq() != expected.seq()
              || header.start().chain() != expected.chain())) {
        throw new DamagedFileException(
            path,
            -1,
            Text.of(
                "it continues seq %d chain %016x, but the log before it ends at seq %d chain %016x",
                header.start().seq(), header.start().chain(), expected.seq(), expected.chain()));
      }
      takeKeys(keys, part.reader(), expected == null && header.start().seq() > 0);
      expected = part.index().end();
    }
    return keys;
  }

  /** Keys never change; only the first remaining segment of a shortened log may know more. */
  private static void takeKeys(KeyTable keys, SegmentReader reader, boolean shortened)
      throws DamagedFileException {
    List<Key> theirs = reader.keys().from(0);
    for (Key key : theirs) {
      if (key.code() < keys.size() && !keys.key(key.code()).equals(key)) {
        throw new DamagedFileException(
            reader.path(), -1, Text.of("it declares key %d differently from the log", key.code()));
      }
      if (key.code() >= keys.size()) {
        keys.add(key);
      }
    }
    if (theirs.size() < keys.size() && !shortened) {
      throw new DamagedFileException(
          reader.path(), -1, "it lacks keys that the log before it declares");
    }
  }

  private Log bounded(List<Part> parts, KeyTable keys, Optional<Fence> fence) throws IOException {
    if (parts.isEmpty()) {
      Tail none = new Tail(Tail.Kind.CLEAN, SegmentFormat.LOG, 0, "");
      return new Log(store, parts, keys, LogPosition.START, none, fence);
    }
    Part last = parts.get(parts.size() - 1);
    LogPosition end = last.index().end();
    // A segment without a commit knows the position it starts from, but not its tick.
    for (int i = parts.size() - 2; end.tick() < 0 && i >= 0; i--) {
      long tick = parts.get(i).index().end().tick();
      end = new LogPosition(tick, end.seq(), end.chain());
    }
    if (fence.isPresent() && fence.get().seq() < end.seq()) {
      end = fencedEnd(parts, fence.get());
    }
    return new Log(store, parts, keys, end, last.index().tail(), fence);
  }

  static LogPosition fencedEnd(List<Part> parts, Fence fence) throws IOException {
    for (Part part : parts) {
      for (int i = 0; i < part.index().batches().size(); i++) {
        SegmentIndex.Entry entry = part.index().batches().get(i);
        long row = fence.seq() - 1 - entry.firstSeq();
        if (row >= 0 && row < entry.rows()) {
          TripleBatch batch = part.reader().read(part.index().batches(), i);
          if (batch.key((int) row) != KeyTable.COMMIT || batch.tick((int) row) != fence.tick()) {
            throw new DamagedFileException(
                Fence.PATH, -1, "its seq does not follow the commit row of its tick");
          }
          return new LogPosition(fence.tick(), fence.seq(), batch.val((int) row));
        }
      }
    }
    throw new DamagedFileException(Fence.PATH, -1, "its seq is not in the log");
  }
}
