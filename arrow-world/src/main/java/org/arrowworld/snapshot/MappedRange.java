// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.arrowworld.storage.ReadableFile;

/**
 * A range of a published file, mapped read-only in as many pieces as maps allow. The pieces stay
 * mapped until they are collected, whatever happens to the file object.
 */
final class MappedRange {
  /** A map is at most this long: below 2 GiB, and whole values of every width. */
  static final int MAX_MAP_BYTES = Integer.MAX_VALUE - 7;

  private final long lengthBytes;
  private final int pieceBytes;
  private final List<ByteBuffer> pieces = new ArrayList<>();

  private MappedRange(long lengthBytes, int pieceBytes) {
    this.lengthBytes = lengthBytes;
    this.pieceBytes = pieceBytes;
  }

  /**
   * Maps a range.
   *
   * @param pieceBytes longest piece, a multiple of 8
   */
  static MappedRange of(ReadableFile file, long offset, long lengthBytes, int pieceBytes)
      throws IOException {
    MappedRange range = new MappedRange(lengthBytes, pieceBytes);
    for (long at = 0; at < lengthBytes; at += pieceBytes) {
      int length = (int) Math.min(pieceBytes, lengthBytes - at);
      range.pieces.add(file.map(offset + at, length));
    }
    return range;
  }

  /** A range that is mapped already. */
  static MappedRange of(ByteBuffer mapped) {
    MappedRange range = new MappedRange(mapped.remaining(), MAX_MAP_BYTES);
    range.pieces.add(mapped);
    return range;
  }

  long lengthBytes() {
    return lengthBytes;
  }

  /** Whether one buffer can hold it all. */
  boolean isWhole() {
    return pieces.size() <= 1;
  }

  /** Everything, if {@link #isWhole}. */
  ByteBuffer whole() {
    ByteBuffer bytes = pieces.isEmpty() ? ByteBuffer.allocateDirect(0) : pieces.get(0);
    return bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Some bytes: a view, or a copy where they lie in two pieces. */
  ByteBuffer window(long from, int length) {
    if (length == 0) {
      return ByteBuffer.allocateDirect(0).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
    int first = (int) (from / pieceBytes);
    int at = (int) (from % pieceBytes);
    if (length <= pieces.get(first).capacity() - at) {
      return view(first, at, length);
    }
    ByteBuffer copy = ByteBuffer.allocateDirect(length);
    for (int piece = first; copy.hasRemaining(); piece++, at = 0) {
      copy.put(view(piece, at, Math.min(copy.remaining(), pieces.get(piece).capacity() - at)));
    }
    return copy.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer view(int piece, int at, int length) {
    return pieces.get(piece).slice(at, length).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  int crc() {
    CRC32 crc = new CRC32();
    pieces.forEach(piece -> crc.update(piece.duplicate()));
    return (int) crc.getValue();
  }
}
