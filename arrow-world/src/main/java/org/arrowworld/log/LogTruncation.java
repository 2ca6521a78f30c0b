// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.arrowworld.internal.ipc.BodyCodec;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.Storage;

/**
 * Cuts the end off a log (spec L-21): a fence is published first, from then on the rows behind it
 * do not exist; then they are removed. The caller holds the store's lock.
 */
public final class LogTruncation {
  static final String SNAPSHOTS = "snapshots";

  private LogTruncation() {}

  /**
   * Publishes the fence: the one step that decides. Any truncation under way must be finished
   * before.
   *
   * @param last the position after the last tick that stays
   */
  public static void begin(Storage storage, LogPosition last) throws IOException {
    int epoch = Fence.read(storage).map(Fence::epoch).orElse(0) + 1;
    new Fence(last.tick(), last.seq(), epoch).write(storage);
  }

  /** Removes what is behind the fence, then the fence; does nothing where there is none. */
  public static void finish(Storage storage) throws IOException {
    Optional<Fence> fence = Fence.read(storage);
    if (fence.isEmpty()) {
      return;
    }
    discardSnapshots(storage, fence.get().tick());
    List<String> paths = new ArrayList<>();
    for (String path : LogOpener.segmentPaths(storage)) {
      if (LogOpener.firstSeq(path) >= fence.get().seq()) {
        paths.add(path);
      }
    }
    cutLast(storage, fence.get());
    for (int i = paths.size() - 1; i >= 0; i--) {
      discardSegment(storage, LogOpener.firstSeq(paths.get(i)));
    }
    storage.delete(Fence.PATH);
    storage.forceDirectory("");
  }

  /** Snapshots vanish by one rename each; the log package knows of them just the names. */
  private static void discardSnapshots(Storage storage, long lastTick) throws IOException {
    for (String name : storage.list(SNAPSHOTS)) {
      if (name.matches("0[0-9]{19}\\.v[1-9][0-9]{0,9}")
          && Long.parseLong(name.substring(0, 20)) > lastTick) {
        String path = SNAPSHOTS + "/" + name;
        AtomicFiles.discard(storage, path + AtomicFiles.UNFINISHED);
        AtomicFiles.publish(storage, path, path + AtomicFiles.UNFINISHED);
        AtomicFiles.discard(storage, path + AtomicFiles.UNFINISHED);
      }
    }
  }

  /** Writes the segment that the fence cuts anew, without what is behind the fence. */
  private static void cutLast(Storage storage, Fence fence) throws IOException {
    String cut = null;
    for (String path : LogOpener.segmentPaths(storage)) {
      cut = LogOpener.firstSeq(path) < fence.seq() ? path : cut;
    }
    if (cut == null) {
      return;
    }
    boolean sealed = cut.endsWith(SegmentFormat.SEALED_ENDING);
    try (SegmentReader reader = SegmentReader.open(storage, cut, sealed ? 8 : 0)) {
      SegmentIndex index = sealed ? SegmentIndexer.sealed(reader) : SegmentIndexer.live(reader);
      if (index.end().seq() <= fence.seq()) {
        return;
      }
      LogPosition end = LogOpener.fencedEnd(List.of(new Log.Part(reader, index)), fence);
      Sealer.merge(
          storage,
          List.of(new Sealer.Source(reader, new SegmentIndex(index.batches(), end, index.tail()))),
          reader.codec() == BodyCodec.ZSTD ? BufferCompression.zstd(1) : BufferCompression.NONE);
    }
    if (!sealed) {
      storage.delete(cut);
      storage.forceDirectory(SegmentFormat.LIVE);
    }
  }

  /**
   * Deletes a segment in both its forms, the live one first: the sealed one wins while it is there.
   */
  private static void discardSegment(Storage storage, long firstSeq) throws IOException {
    if (storage.exists(SegmentFormat.livePath(firstSeq))) {
      storage.delete(SegmentFormat.livePath(firstSeq));
      storage.forceDirectory(SegmentFormat.LIVE);
    }
    if (storage.exists(SegmentFormat.sealedPath(firstSeq))) {
      storage.delete(SegmentFormat.sealedPath(firstSeq));
      storage.forceDirectory(SegmentFormat.LOG);
    }
  }
}
