// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.internal.ipc.RegionFile;
import org.arrowworld.storage.ReadableFile;

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

  /** How many segments have rows of the span. */
  public int segments() {
    return (int) parts.stream().filter(this::isWanted).count();
  }

  /** The bytes of all messages of the span, in all its segments. */
  public long lengthBytes() throws IOException {
    long[] bytes = {0};
    for (Log.Part wanted : parts) {
      if (isWanted(wanted)) {
        SegmentReader reader = wanted.reader();
        for (SegmentIndex.Entry entry : wanted.index().batches()) {
          long from = Math.max(entry.from(), reader.firstMessage());
          if (isWanted(entry)) {
            bytes[0] += entry.to() - from;
          } else {
            dictionaries(reader.file(), from, entry.to(), m -> bytes[0] += m.end() - m.offset());
          }
        }
      }
    }
    return bytes[0];
  }

  /**
   * Goes on to the next segment that has rows of the span.
   *
   * @return whether there is one
   */
  public boolean nextSegment() {
    do {
      part++;
    } while (part < parts.size() && !isWanted(parts.get(part)));
    return part < parts.size();
  }

  private boolean isWanted(Log.Part segment) {
    return segment.index().batches().stream().anyMatch(this::isWanted);
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
      } else if (hasDictionaries(reader.file(), from, to)) {
        RegionFile region = reader.stored(entries, i);
        dictionaries(
            region, from, to, m -> taker.take(region.slice(m.offset(), m.end() - m.offset())));
      }
    }
  }

  private static boolean hasDictionaries(ReadableFile file, long from, long to) throws IOException {
    boolean[] found = {false};
    dictionaries(file, from, to, message -> found[0] = true);
    return found[0];
  }

  private interface Each {
    void of(IpcMessage message) throws IOException;
  }

  /** The schema and dictionaries before a batch that is left out: later ones may need them. */
  private static void dictionaries(ReadableFile file, long from, long to, Each each)
      throws IOException {
    IpcMessage message = IpcMessage.read(file, from, to);
    while (message != null && message.kind() != IpcMessage.Kind.RECORD_BATCH) {
      each.of(message);
      message = IpcMessage.read(file, message.end(), to);
    }
  }
}
