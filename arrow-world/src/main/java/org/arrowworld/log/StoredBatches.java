// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.storage.ReadableFile;

/**
 * The messages of a span of ticks as they stand in the log's files, to be passed on: of each
 * segment its schema, the dictionaries so far, and every committed batch that holds rows of the
 * span. What is handed over was not verified here: the batches carry their checksums. One thread,
 * while the log is open.
 */
public final class StoredBatches {
  private static final int PIECE_BYTES = 1 << 18;

  private final List<Log.Part> parts;
  private final long first;
  private final long last;
  private final long endSeq;
  private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
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
    ReadableFile file = reader.file();
    long at = reader.firstMessage();
    for (SegmentIndex.Entry entry : parts.get(part).index().batches()) {
      if (isWanted(entry)) {
        copy(file, at, entry.to(), taker);
      } else {
        copyDictionaries(file, at, entry.to(), taker);
      }
      at = entry.to();
    }
  }

  /** The schema and dictionaries before a batch that is left out: later ones may need them. */
  private void copyDictionaries(ReadableFile file, long from, long to, Taker taker)
      throws IOException {
    IpcMessage message = IpcMessage.read(file, from, to);
    while (message != null && message.kind() != IpcMessage.Kind.RECORD_BATCH) {
      copy(file, message.offset(), message.end(), taker);
      message = IpcMessage.read(file, message.end(), to);
    }
  }

  private void copy(ReadableFile file, long from, long to, Taker taker) throws IOException {
    for (long at = from; at < to; at += piece.limit()) {
      piece.clear().limit((int) Math.min(piece.capacity(), to - at));
      file.readFully(piece, at);
      taker.take(piece.flip());
    }
  }
}
