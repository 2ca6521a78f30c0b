// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.arrowworld.internal.Text;

/** Turns the bytes of one {@code .npy} into little-endian elements in C order. */
final class NpyDecoder {
  private NpyDecoder() {}

  static NpyArray read(NpySource source, TrailingBytes trailing) throws IOException {
    NpyHeader header = NpyHeader.read(source, trailing);
    return read(source, header);
  }

  /** Reads the data behind a header. */
  static NpyArray read(NpySource source, NpyHeader header) throws IOException {
    NpyChunks chunks = new NpyChunks(source.name(), header.sizeBytes());
    for (ByteBuffer piece : chunks.pieces()) {
      source.readFully(piece);
      piece.clear();
    }
    if (header.byteOrder() == ByteOrder.BIG_ENDIAN) {
      for (ByteBuffer piece : chunks.pieces()) {
        swap(piece, header.type().itemBytes());
      }
    }
    if (header.type() == NpyType.BOOL) {
      long invalid = NpyBools.firstInvalid(chunks.pieces());
      if (invalid >= 0) {
        throw new UnsupportedArrayException(
            source.name(),
            header.dataOffset() + invalid,
            Text.of("a byte of a bool array is neither 0 nor 1, of %s; save it as uint8", header));
      }
    }
    if (header.order() == NpyOrder.FORTRAN && header.shape().length > 1) {
      chunks = transposed(source.name(), header, chunks);
    }
    return new NpyArray(header, chunks);
  }

  private static void swap(ByteBuffer piece, int itemBytes) {
    for (int at = 0; at < piece.limit(); at += itemBytes) {
      switch (itemBytes) {
        case 2 -> piece.putShort(at, Short.reverseBytes(piece.getShort(at)));
        case 4 -> piece.putInt(at, Integer.reverseBytes(piece.getInt(at)));
        default -> piece.putLong(at, Long.reverseBytes(piece.getLong(at)));
      }
    }
  }

  /** Walks the target in C order; an odometer keeps the source offset of the present element. */
  private static NpyChunks transposed(String name, NpyHeader header, NpyChunks from) {
    long[] shape = header.shape();
    int itemBytes = header.type().itemBytes();
    long[] strides = new long[shape.length];
    long stride = itemBytes;
    for (int i = 0; i < shape.length; i++) {
      strides[i] = stride;
      stride *= shape[i];
    }
    NpyChunks to = new NpyChunks(name, header.sizeBytes());
    long[] index = new long[shape.length];
    long source = 0;
    for (ByteBuffer piece : to.pieces()) {
      for (int at = 0; at < piece.capacity(); at += itemBytes) {
        copyItem(from, source, piece, at, itemBytes);
        for (int axis = shape.length - 1; axis >= 0; axis--) {
          source += strides[axis];
          if (++index[axis] < shape[axis]) {
            break;
          }
          source -= strides[axis] * shape[axis];
          index[axis] = 0;
        }
      }
    }
    return to;
  }

  private static void copyItem(NpyChunks from, long source, ByteBuffer to, int at, int itemBytes) {
    ByteBuffer piece = from.piece(source);
    int in = NpyChunks.inPiece(source);
    switch (itemBytes) {
      case 1 -> to.put(at, piece.get(in));
      case 2 -> to.putShort(at, piece.getShort(in));
      case 4 -> to.putInt(at, piece.getInt(in));
      default -> to.putLong(at, piece.getLong(in));
    }
  }
}
