// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.BodyCodec;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.FewFiles;
import org.arrowworld.storage.Storage;

/** Merges and drops sealed segments (spec L-25, L-26). The caller holds the store's lock. */
public final class LogCompaction {
  /** What a word counts: all of a segment's are in memory at once while it is written. */
  private static final int WORD_BYTES = 1024;

  private LogCompaction() {}

  /**
   * Merges runs of neighbouring sealed segments that together stay within a bound, and writes those
   * anew that are not compressed as told. May be repeated after a failure at any point.
   *
   * @param maxBytes most uncompressed bytes of a merged segment; words count for more than their
   *     bytes, for they are held in memory
   * @param compression of the segments that are written
   * @return for each segment written, its path and how many it was made of, in plain words
   */
  public static List<String> merge(
      Storage storage, List<Log.Segment> segments, long maxBytes, BufferCompression compression)
      throws IOException {
    List<String> merged = new ArrayList<>();
    List<Log.Segment> run = new ArrayList<>();
    long runBytes = 0;
    boolean differs = false;
    for (Log.Segment segment : segments) {
      if (!isSealed(segment)) {
        continue; // sealed ones stand before it
      }
      Weight weight = Weight.of(storage, segment);
      if (!run.isEmpty() && runBytes + weight.bytes > maxBytes) {
        mergeRun(storage, run, differs, compression, merged);
        run.clear();
        runBytes = 0;
        differs = false;
      }
      run.add(segment);
      runBytes += weight.bytes;
      differs |= weight.codec != codec(compression);
    }
    mergeRun(storage, run, differs, compression, merged);
    return merged;
  }

  private static boolean isSealed(Log.Segment segment) {
    return segment.path().endsWith(SegmentFormat.SEALED_ENDING);
  }

  private static BodyCodec codec(BufferCompression compression) {
    return compression.equals(BufferCompression.NONE) ? BodyCodec.NONE : BodyCodec.ZSTD;
  }

  /** What writing a segment anew takes. */
  private record Weight(long bytes, BodyCodec codec) {
    static Weight of(Storage storage, Log.Segment segment) throws IOException {
      try (SegmentReader reader = SegmentReader.open(storage, segment.path(), 8)) {
        long rows = segment.end().seq() - segment.firstSeq();
        int rowBytes = reader.schema().fields().stream().mapToInt(f -> f.widthBytes()).sum();
        long bytes = rows * rowBytes + reader.wordCount() * WORD_BYTES;
        return new Weight(Math.max(bytes, segment.bytes()), reader.codec());
      }
    }
  }

  /**
   * How the last of the sealed segments is compressed, so that others can be alike; a level is not
   * stored, and level 1 is assumed.
   */
  public static BufferCompression present(Storage storage, List<Log.Segment> segments)
      throws IOException {
    for (int i = segments.size() - 1; i >= 0; i--) {
      if (isSealed(segments.get(i))) {
        try (SegmentReader reader = SegmentReader.open(storage, segments.get(i).path(), 8)) {
          return reader.codec() == BodyCodec.ZSTD
              ? BufferCompression.zstd(1)
              : BufferCompression.NONE;
        }
      }
    }
    return BufferCompression.NONE;
  }

  private static void mergeRun(
      Storage storage,
      List<Log.Segment> run,
      boolean differs,
      BufferCompression compression,
      List<String> merged)
      throws IOException {
    if (run.isEmpty() || (run.size() == 1 && !differs)) {
      return;
    }
    List<Sealer.Source> sources = new ArrayList<>();
    ReadMemory memory = new ReadMemory();
    FewFiles files = new FewFiles(storage);
    try {
      for (Log.Segment segment : run) {
        SegmentReader reader = SegmentReader.open(files, segment.path(), 8, memory);
        sources.add(new Sealer.Source(reader, SegmentIndexer.sealed(reader)));
      }
      Sealer.merge(storage, sources, compression);
    } finally {
      for (Sealer.Source source : sources) {
        source.reader().close();
      }
    }
    drop(storage, run.subList(1, run.size()));
    merged.add(
        Text.of("%s from %d segment%s", run.get(0).path(), run.size(), run.size() == 1 ? "" : "s"));
  }

  /** Deletes segments, in order. */
  public static void drop(Storage storage, List<Log.Segment> segments) throws IOException {
    for (Log.Segment segment : segments) {
      storage.delete(segment.path());
      storage.forceDirectory(SegmentFormat.LOG);
    }
  }
}
