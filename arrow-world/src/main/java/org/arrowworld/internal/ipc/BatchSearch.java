// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.arrowworld.storage.ReadableFile;

/**
 * Looks for record batches among bytes of which nothing is known (spec B-5, L-23): at every
 * 8-aligned offset, whatever lengths say. However often something looks like a beginning, the work
 * is bounded by a small multiple of the file's bytes: a window is read once and looked at in place;
 * metadata that reach beyond it are read for as long as all such together take {@link
 * #READ_AGAIN_RATIO} times the file's size.
 */
public final class BatchSearch {
  /** How many times the file's size may be read for beginnings that reach beyond the window. */
  public static final int READ_AGAIN_RATIO = 4;

  /** Custom metadata beyond so many pairs are not looked at. */
  static final int MOST_PAIRS = 64;

  private static final int WINDOW_BYTES = 1 << 20;

  /** Bytes of a key or a value that are looked at; what is longer is none of those sought. */
  private static final int MOST_VALUE_BYTES = 64;

  /**
   * A well-framed record batch.
   *
   * @param offset where its message begins
   * @param end the byte after its body
   * @param metadata its custom metadata, but for long values
   */
  public record Found(long offset, long end, Map<String, String> metadata) {}

  private final ReadableFile file;
  private final long size;
  private final byte[] window;
  private final ByteBuffer view;
  private long windowAt;
  private int windowBytes;
  private long readAgain;
  private boolean gaveUp;

  /**
   * A search.
   *
   * @param size where the file ends, for this search
   */
  public BatchSearch(ReadableFile file, long size) {
    this.file = file;
    this.size = size;
    this.window = new byte[(int) Math.min(WINDOW_BYTES, Math.max(0, size))];
    this.view = ByteBuffer.wrap(window).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The first batch at or behind an offset, null if there is none or the search was given up. */
  public Found next(long from) throws IOException {
    long at = BodyLayout.align(from, 8);
    while (!gaveUp && at + Frame.PREFIX_BYTES <= size) {
      if (at < windowAt || at + Frame.PREFIX_BYTES > windowAt + windowBytes) {
        load(at);
      }
      int i = (int) (at - windowAt);
      if (view.getInt(i) == -1) {
        Found found = candidate(at, i);
        if (found != null) {
          return found;
        }
      }
      at += 8;
    }
    return null;
  }

  /**
   * Whether so much looked like a beginning that not all of it could be looked at. It is not known
   * then that nothing follows.
   */
  public boolean gaveUp() {
    return gaveUp;
  }

  private void load(long at) throws IOException {
    windowAt = at;
    windowBytes = (int) Math.min(window.length, size - at);
    file.readFully(ByteBuffer.wrap(window, 0, windowBytes), at);
  }

  private Found candidate(long at, int where) throws IOException {
    int i = where;
    int metadataBytes = view.getInt(i + 4);
    long room = size - at - Frame.PREFIX_BYTES;
    if (metadataBytes < 8
        || metadataBytes % 8 != 0
        || metadataBytes > IpcMessage.MAX_METADATA_BYTES
        || metadataBytes > room) {
      return null;
    }
    if (metadataBytes > windowBytes - i - Frame.PREFIX_BYTES && i > window.length / 2) {
      load(at);
      i = 0;
    }
    int first = i + Frame.PREFIX_BYTES;
    int there = Math.min(metadataBytes, windowBytes - first);
    ByteBuffer metadata = view.slice(first, there);
    if (there < metadataBytes) {
      if (there >= Integer.BYTES && !isRootInside(view.getInt(first), metadataBytes)) {
        return null;
      }
      readAgain += metadataBytes;
      if (readAgain > READ_AGAIN_RATIO * size) {
        gaveUp = true;
        return null;
      }
      metadata = ByteBuffer.allocate(metadataBytes);
      file.readFully(metadata, at + Frame.PREFIX_BYTES);
      metadata.flip();
    }
    return parse(metadata.order(ByteOrder.LITTLE_ENDIAN), at, room - metadataBytes);
  }

  private static boolean isRootInside(int root, int metadataBytes) {
    return root >= Integer.BYTES && root <= metadataBytes - Integer.BYTES;
  }

  private static Found parse(ByteBuffer metadata, long at, long room) {
    int metadataBytes = metadata.remaining();
    if (!isRootInside(metadata.getInt(0), metadataBytes)) {
      return null;
    }
    try {
      Message message = Message.getRootAsMessage(metadata);
      long bodyBytes = message.bodyLength();
      if (message.version() != MetadataVersion.V5
          || message.headerType() != MessageHeader.RecordBatch
          || bodyBytes < 0
          || bodyBytes % 8 != 0
          || bodyBytes > room) {
        return null;
      }
      Map<String, String> pairs = new HashMap<>();
      for (int i = 0; i < Math.min(MOST_PAIRS, message.customMetadataLength()); i++) {
        KeyValue pair = message.customMetadata(i);
        String key = shortText(pair.keyAsByteBuffer());
        String value = shortText(pair.valueAsByteBuffer());
        if (key != null && value != null) {
          pairs.put(key, value);
        }
      }
      return new Found(at, at + Frame.PREFIX_BYTES + metadataBytes + bodyBytes, pairs);
    } catch (RuntimeException e) { // what flatbuffers of unknown origin make the accessors throw
      return null;
    }
  }

  private static String shortText(ByteBuffer text) {
    if (text == null || text.remaining() > MOST_VALUE_BYTES) {
      return null;
    }
    byte[] bytes = new byte[text.remaining()];
    text.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
