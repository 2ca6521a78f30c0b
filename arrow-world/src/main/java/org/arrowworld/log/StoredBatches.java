// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.internal.ipc.RegionFile;

/**
 * The messages of a span of ticks as they stand in the log's files, to be passed on: of each
 * segment its schema, the dictionaries so far, and every committed batch that holds rows of the
 * span. Each is verified by its checksum to be the one that the log had when it was opened. One
 * thread, while the log is open.
 */
public final class StoredBatches {
  private final List<Log.Part> parts;
  private final long first;
  private final long last;
  private final long endSeq;
  private int part = -1;

  StoredBatches(List<Log.Part> parts, long first, long last, long endSeq) {
    this.parts = parts;
    this.first = first;
    this.last = last;
    this.endSeq = endSeq;
  }

  /** Takes bytes, in order. */
  public interface Taker {
    /** Takes some bytes, which are valid during the call only. */
    void take(ByteBuffer bytes) throws IOException;
  }

  /**
   * Goes on to the next segment that has rows of the span.
   *
   * @return whether there is one
   */
  public boolean nextSegment() {
    do {
      part++;
    } while (part < parts.size()
        && parts.get(part).index().batches().stream().noneMatch(this::isWanted));
    return part < parts.size();
  }

  private boolean isWanted(SegmentIndex.Entry entry) {
    return entry.tickMax() >= first && entry.tickMin() <= last && entry.firstSeq() < endSeq;
  }

  /** Hands over the segment's messages, a stream without its end. */
  public void forEach(Taker taker) throws IOException {
    SegmentReader reader = parts.get(part).reader();
    List<SegmentIndex.Entry> entries = parts.get(part).index().batches();
    for (int i = 0; i < entries.size(); i++) {
      long from = Math.max(entries.get(i).from(), reader.firstMessage());
      long to = entries.get(i).to();
      if (isWanted(entries.get(i))) {
        taker.take(reader.stored(entries, i).slice(from, to - from));
      } else if (!isBatch(IpcMessage.read(reader.file(), from, to))) {
        copyDictionaries(reader.stored(entries, i), from, to, taker);
      }
    }
  }

  private static boolean isBatch(IpcMessage message) {
    return message == null || message.kind() == IpcMessage.Kind.RECORD_BATCH;
  }

  /** The schema and dictionaries before a batch that is left out: later ones may need them. */
  private static void copyDictionaries(RegionFile region, long from, long to, Taker taker)
      throws IOException {
    IpcMessage message = IpcMessage.read(region, from, to);
    while (!isBatch(message)) {
      taker.take(region.slice(message.offset(), message.end() - message.offset()));
      message = IpcMessage.read(region, message.end(), to);
    }
  }
}
