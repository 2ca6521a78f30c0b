package org.arrowworld.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.storage.Storage;

/** Merges and drops sealed segments (spec L-25, L-26). The caller holds the store's lock. */
public final class LogCompaction {
  private LogCompaction() {}

  /**
   * Merges runs of neighbouring sealed segments whose sizes together stay within a bound. May be
   * repeated after a failure at any point.
   *
   * @return for each merged segment, its path and how many it was made of, in plain words
   */
  public static List<String> merge(Storage storage, List<Log.Segment> segments, long maxBytes)
      throws IOException {
    List<String> merged = new ArrayList<>();
    List<Log.Segment> run = new ArrayList<>();
    long runBytes = 0;
    for (Log.Segment segment : segments) {
      boolean sealed = segment.path().endsWith(SegmentFormat.SEALED_ENDING);
      if (!sealed || runBytes + segment.bytes() > maxBytes) {
        mergeRun(storage, run, merged);
        run.clear();
        runBytes = 0;
      }
      if (sealed) {
        run.add(segment);
        runBytes += segment.bytes();
      }
    }
    mergeRun(storage, run, merged);
    return merged;
  }

  private static void mergeRun(Storage storage, List<Log.Segment> run, List<String> merged)
      throws IOException {
    if (run.size() < 2) {
      return;
    }
    List<Sealer.Source> sources = new ArrayList<>();
    try {
      for (Log.Segment segment : run) {
        SegmentReader reader = SegmentReader.open(storage, segment.path(), 8);
        sources.add(new Sealer.Source(reader, SegmentIndexer.sealed(reader)));
      }
      Sealer.merge(storage, sources);
    } finally {
      for (Sealer.Source source : sources) {
        source.reader().close();
      }
    }
    drop(storage, run.subList(1, run.size()));
    merged.add("%s from %d segments".formatted(run.get(0).path(), run.size()));
  }

  /** Deletes segments, in order. */
  public static void drop(Storage storage, List<Log.Segment> segments) throws IOException {
    for (Log.Segment segment : segments) {
      storage.delete(segment.path());
      storage.forceDirectory(SegmentFormat.LOG);
    }
  }
}
