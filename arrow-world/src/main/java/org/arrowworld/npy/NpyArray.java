// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;

/**
 * An array in memory: type, shape and its elements as little-endian bytes in C order, whatever the
 * file's orders were. Every bit is kept, NaN payloads included. Immutable; any thread may read it.
 */
public final class NpyArray {
  /** The largest array {@link #view} takes, in bytes. */
  public static final int MAX_VIEW_BYTES = NpyChunks.CHUNK_BYTES;

  private final NpyHeader header;
  private final NpyChunks chunks;

  NpyArray(NpyHeader header, NpyChunks chunks) {
    this.header = header;
    this.chunks = chunks;
  }

  /** Element type. */
  public NpyType type() {
    return header.type();
  }

  /** Dimensions, a copy; empty for a 0-d array. */
  public long[] shape() {
    return header.shape();
  }

  /** What the file said about the array, its own byte and element order included. */
  public NpyHeader header() {
    return header;
  }

  /** Elements; 1 for a 0-d array. */
  public long size() {
    return header.sizeBytes() / header.type().itemBytes();
  }

  /** Bytes of all elements. */
  public long sizeBytes() {
    return header.sizeBytes();
  }

  /**
   * All elements in order as read-only little-endian views, in as many pieces as buffers need (each
   * holds whole elements). The views share this array's memory.
   */
  public List<ByteBuffer> pieces() {
    return chunks.readOnly();
  }

  /**
   * All elements as one read-only little-endian view.
   *
   * @throws InvalidUseException if they take more than one buffer; use {@link #pieces} then
   */
  public ByteBuffer bytes() {
    List<ByteBuffer> pieces = pieces();
    if (pieces.size() > 1) {
      throw new InvalidUseException(
          Text.of("Cannot view an array of %d bytes as one buffer; use pieces()", sizeBytes()));
    }
    return pieces.isEmpty()
        ? ByteBuffer.allocate(0).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN)
        : pieces.get(0);
  }

  /**
   * An element of an integer or bool array, by its position in C order; an {@code u8} beyond 2^63
   * is its bit pattern.
   */
  public long longAt(long index) {
    long offset = offset(index);
    ByteBuffer piece = chunks.piece(offset);
    int at = NpyChunks.inPiece(offset);
    return switch (type()) {
      case BOOL, U8 -> piece.get(at) & 0xFFL;
      case I8 -> piece.get(at);
      case U16 -> piece.getChar(at);
      case I16 -> piece.getShort(at);
      case U32 -> piece.getInt(at) & 0xFFFFFFFFL;
      case I32 -> piece.getInt(at);
      case U64, I64 -> piece.getLong(at);
      case F32, F64 ->
          throw new InvalidUseException(
              Text.of("Cannot read %s as an integer; use doubleAt", header));
    };
  }

  /** An element of a floating point array, by its position in C order; {@code f4} is widened. */
  public double doubleAt(long index) {
    long offset = offset(index);
    ByteBuffer piece = chunks.piece(offset);
    int at = NpyChunks.inPiece(offset);
    return switch (type()) {
      case F32 -> piece.getFloat(at);
      case F64 -> piece.getDouble(at);
      default ->
          throw new InvalidUseException(
              Text.of("Cannot read %s as a floating point number; use longAt", header));
    };
  }

  /**
   * All elements of a floating point array in C order, {@code f4} widened.
   *
   * @throws InvalidUseException if they are not floating point or do not fit one Java array
   */
  public double[] toDoubles() {
    requireDoubles();
    double[] values = new double[(int) size()];
    copyTo(values);
    return values;
  }

  /**
   * As {@link #toDoubles}, into an array that may be used again, which spares the JVM making a new
   * one.
   *
   * @param values at least {@link #size} long; what lies behind stays as it is
   */
  public void copyTo(double[] values) {
    requireDoubles();
    if (values.length < size()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot copy %s to a double[%d]: it has %d elements", header, values.length, size()));
    }
    int at = 0;
    for (ByteBuffer piece : pieces()) {
      if (type() == NpyType.F64) {
        int count = piece.remaining() / Double.BYTES;
        piece.asDoubleBuffer().get(values, at, count);
        at += count;
      } else {
        for (int i = 0; i < piece.limit(); i += Float.BYTES) {
          values[at++] = piece.getFloat(i);
        }
      }
    }
  }

  private void requireDoubles() {
    if (!type().isFloat() || size() > Integer.MAX_VALUE - 8) {
      throw new InvalidUseException(
          Text.of("Cannot copy %s to a double[]; use longAt or pieces()", header));
    }
  }

  private long offset(long index) {
    if (index < 0 || index >= size()) {
      throw new InvalidUseException(
          Text.of("Cannot read element %d of an array of %d elements", index, size()));
    }
    return index * type().itemBytes();
  }

  /**
   * Reads elements that lie in a file as little-endian bytes in C order, without a header of their
   * own: a part of a larger array.
   *
   * @throws DamagedFileException if the file ends before they do
   */
  public static NpyArray readRaw(ReadableFile file, long position, NpyType type, long... shape)
      throws IOException {
    long bytes = NpyShapes.checkedSizeBytes("read from " + file.path(), shape, type);
    long present = file.size() - position;
    if (position < 0 || bytes > present) {
      throw new DamagedFileException(
          file.path(),
          position,
          Text.of("%d bytes are needed here, %d are present", bytes, Math.max(0, present)));
    }
    NpyHeader header = new NpyHeader(type, ByteOrder.LITTLE_ENDIAN, NpyOrder.C, shape, 0);
    NpyChunks chunks = new NpyChunks(file.path(), bytes);
    long at = position;
    for (ByteBuffer piece : chunks.pieces()) {
      try {
        file.readFully(piece, at);
      } catch (EOFException e) {
        throw new DamagedFileException(file.path(), at, "the file ends early", e);
      }
      at += piece.capacity();
      piece.clear();
    }
    return new NpyArray(header, chunks);
  }

  /**
   * An array over the caller's memory, a mapped file say: nothing is copied, and the memory must
   * not change while the array is used.
   *
   * @param littleEndianData the elements in C order, at most {@link #MAX_VIEW_BYTES}
   */
  public static NpyArray view(NpyType type, long[] shape, ByteBuffer littleEndianData) {
    NpyHeader.checkData("view an array", type, shape, littleEndianData);
    if (littleEndianData.remaining() > MAX_VIEW_BYTES) {
      throw new InvalidUseException(
          Text.of(
              "Cannot view %d bytes as an array: %d are the most",
              littleEndianData.remaining(), MAX_VIEW_BYTES));
    }
    NpyHeader header = new NpyHeader(type, ByteOrder.LITTLE_ENDIAN, NpyOrder.C, shape, 0);
    return new NpyArray(
        header, new NpyChunks(littleEndianData.slice().order(ByteOrder.LITTLE_ENDIAN)));
  }

  /** Copies little-endian elements in C order into an array. */
  public static NpyArray of(NpyType type, long[] shape, ByteBuffer... littleEndianData) {
    Objects.requireNonNull(type, "type");
    NpyHeader.checkData("make an array", type, shape, littleEndianData);
    NpyHeader header = new NpyHeader(type, ByteOrder.LITTLE_ENDIAN, NpyOrder.C, shape, 0);
    NpyChunks chunks = new NpyChunks("an array", header.sizeBytes());
    long offset = 0;
    for (ByteBuffer data : littleEndianData) {
      ByteBuffer source = data.duplicate();
      while (source.hasRemaining()) {
        int at = NpyChunks.inPiece(offset);
        int count = Math.min(source.remaining(), chunks.piece(offset).capacity() - at);
        chunks.piece(offset).put(at, source, source.position(), count);
        source.position(source.position() + count);
        offset += count;
      }
    }
    return new NpyArray(header, chunks);
  }
}
