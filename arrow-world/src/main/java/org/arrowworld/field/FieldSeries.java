// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpyHeader;
import org.arrowworld.npy.NpyOrder;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.TrailingBytes;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/** One array of a run, snapshot by snapshot. */
final class FieldSeries implements Closeable {
  private static final byte[] SHAPE_KEY = "'shape': (".getBytes(StandardCharsets.US_ASCII);

  private final ReadableFile file;
  private final NpyType type;
  private final int[] rowShape;
  private final long rowBytes;
  private long dataOffset;
  private long rows;
  private String note;
  private volatile MappedRows mapped;

  private FieldSeries(ReadableFile file, NpyType type, int[] rowShape) {
    this.file = file;
    this.type = type;
    this.rowShape = rowShape;
    long bytes = type.itemBytes();
    for (int dimension : rowShape) {
      bytes = Math.multiplyExact(bytes, dimension);
    }
    this.rowBytes = bytes;
  }

  static FieldSeries open(
      Storage storage, String directory, String name, FieldMetadata metadata, NpyType type)
      throws IOException {
    String path = FieldFiles.in(directory, name);
    if (!storage.exists(path)) {
      throw new DamagedFileException(path, -1, "the file is missing, the metadata name it");
    }
    int[] rowShape = name.equals(FieldFiles.TIMES) ? new int[0] : metadata.gridShape();
    ReadableFile file = storage.openRead(path);
    try {
      FieldSeries series = new FieldSeries(file, type, rowShape);
      series.readHeader(metadata);
      return series;
    } catch (ArithmeticException e) {
      file.close();
      throw new DamagedFileException(path, -1, "a snapshot of it overflows 64 bits", e);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void readHeader(FieldMetadata metadata) throws IOException {
    NpyHeader header;
    try {
      header = NpyHeader.read(file, TrailingBytes.TOLERATE);
    } catch (DamagedFileException e) {
      long counted = metadata.snapshots().orElse(-1);
      if (!tornHeader(counted)) {
        throw e;
      }
      rows = counted;
      note =
          Text.of(
              "%s: its header was cut off in mid-write, %d snapshots are by the metadata",
              file.path(), counted);
      return;
    }
    long[] shape = header.shape();
    long[] expected = shape(shape.length == 0 ? 0 : shape[0]);
    if (header.type() != type
        || header.byteOrder() != ByteOrder.LITTLE_ENDIAN
        || (header.order() == NpyOrder.FORTRAN && rowShape.length > 0)
        || !Arrays.equals(shape, expected)) {
      throw new DamagedFileException(
          file.path(),
          0,
          Text.of(
              "its header is %s %s, the metadata say little-endian %s in C order with snapshots of %s",
              header.byteOrder() == ByteOrder.LITTLE_ENDIAN ? "little-endian" : "big-endian",
              header,
              type.descr(),
              Arrays.toString(rowShape)));
    }
    rows = shape[0];
    dataOffset = header.dataOffset();
    long counted = metadata.snapshots().orElse(0);
    if (rows < counted) {
      note =
          Text.of(
              "%s: its header counts %d snapshots, the metadata %d; the later ones are not shown",
              file.path(), rows, counted);
    }
  }

  /**
   * Whether the header is ours up to the shape, and only the shape is not (F-8). Its length does
   * not depend on the count, so the rows are where they always were, and the metadata, published
   * whole after the rows were forced, count them.
   */
  private boolean tornHeader(long counted) throws IOException {
    if (counted < 0) {
      return false;
    }
    ByteBuffer ours = NpyHeader.encode(type, shape(counted));
    dataOffset = ours.remaining();
    if (counted > (file.size() - dataOffset) / rowBytes || file.size() < dataOffset) {
      return false;
    }
    ByteBuffer found = ByteBuffer.allocate(ours.remaining());
    file.readFully(found, 0);
    found.flip();
    int common = ours.mismatch(found);
    return common < 0 || common >= indexOf(ours, SHAPE_KEY) + SHAPE_KEY.length;
  }

  private static int indexOf(ByteBuffer text, byte[] key) {
    for (int at = 0; at + key.length <= text.limit(); at++) {
      if (text.slice(at, key.length).equals(ByteBuffer.wrap(key))) {
        return at;
      }
    }
    throw new IllegalStateException("a header without a shape");
  }

  private long[] shape(long count) {
    long[] shape = new long[1 + rowShape.length];
    shape[0] = count;
    for (int axis = 0; axis < rowShape.length; axis++) {
      shape[1 + axis] = rowShape[axis];
    }
    return shape;
  }

  long rows() {
    return rows;
  }

  Optional<String> note() {
    return Optional.ofNullable(note);
  }

  NpyArray rows(long from, long count) throws IOException {
    return NpyArray.readRaw(file, offset(from), type, shape(count));
  }

  NpyArray row(long index) throws IOException {
    long[] rowShapeLong = Arrays.copyOfRange(shape(0), 1, 1 + rowShape.length);
    return MappedRows.fits(rowBytes)
        ? NpyArray.view(type, rowShapeLong, mapped().row(index))
        : NpyArray.readRaw(file, offset(index), type, rowShapeLong);
  }

  /** Maps lazily, so that a run can be opened whose data is never looked at. */
  private MappedRows mapped() {
    if (mapped == null) {
      mapped = new MappedRows(file, dataOffset, rowBytes, rows);
    }
    return mapped;
  }

  /** Reads runs of points that lie together, as long as the box allows. */
  NpyArray slab(long index, GridBox box) throws IOException {
    box.requireInside(rowShape);
    int axis = rowShape.length - 1;
    long runBytes = (long) box.size(axis) * type.itemBytes();
    long strideBytes = (long) rowShape[axis] * type.itemBytes();
    while (axis > 0 && box.size(axis) == rowShape[axis]) {
      axis--;
      runBytes = box.size(axis) * strideBytes;
      strideBytes *= rowShape[axis];
    }
    long slabBytes = type.itemBytes();
    for (int i = 0; i < rowShape.length; i++) {
      slabBytes *= box.size(i);
    }
    if (slabBytes > Integer.MAX_VALUE - 8) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read the box %s at once: it has %d bytes; read smaller ones",
              box, slabBytes));
    }
    if (!MappedRows.fits(rowBytes)) {
      return copiedSlab(index, box, axis, (int) slabBytes, (int) runBytes);
    }
    ByteBuffer row = mapped().row(index);
    if (runBytes == slabBytes) {
      int start = (int) (offset(box, axis, new int[axis]) * type.itemBytes());
      return NpyArray.view(type, box.shape(), row.slice(start, (int) slabBytes));
    }
    ByteBuffer target = ByteBuffer.allocate((int) slabBytes);
    int[] at = new int[axis];
    for (int to = 0; to < slabBytes; to += (int) runBytes) {
      int from = (int) (offset(box, axis, at) * type.itemBytes());
      target.put(to, row, from, (int) runBytes);
      advance(at, box);
    }
    return NpyArray.view(type, box.shape(), target);
  }

  private NpyArray copiedSlab(long index, GridBox box, int axis, int slabBytes, int runBytes)
      throws IOException {
    ByteBuffer target = ByteBuffer.allocate(slabBytes);
    int[] at = new int[axis];
    while (target.hasRemaining()) {
      long start = offset(index) + offset(box, axis, at) * type.itemBytes();
      target.limit(target.position() + runBytes);
      read(target, start);
      target.limit(target.capacity());
      advance(at, box);
    }
    return NpyArray.view(type, box.shape(), target.flip());
  }

  /** The point of a row where a run begins, in points from the row's start. */
  private long offset(GridBox box, int axis, int[] at) {
    long offset = 0;
    for (int i = 0; i < rowShape.length; i++) {
      offset = offset * rowShape[i] + box.from(i) + (i < axis ? at[i] : 0);
    }
    return offset;
  }

  private static void advance(int[] at, GridBox box) {
    for (int i = at.length - 1; i >= 0 && ++at[i] == box.size(i); i--) {
      at[i] = 0;
    }
  }

  double[] point(long count, int... point) throws IOException {
    boolean inside = point.length == rowShape.length;
    long offset = 0;
    for (int axis = 0; inside && axis < point.length; axis++) {
      inside = point[axis] >= 0 && point[axis] < rowShape[axis];
      offset = offset * rowShape[axis] + point[axis];
    }
    if (!inside || count > Integer.MAX_VALUE - 8) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read point %s of a grid of %s over %d snapshots",
              Arrays.toString(point), Arrays.toString(rowShape), count));
    }
    if (!MappedRows.fits(rowBytes)) {
      double[] values = new double[(int) count];
      for (int i = 0; i < values.length; i++) {
        long at = offset(i) + offset * type.itemBytes();
        values[i] = NpyArray.readRaw(file, at, type).doubleAt(0);
      }
      return values;
    }
    return mapped().column((int) offset * type.itemBytes(), type.itemBytes(), (int) count);
  }

  private long offset(long row) {
    return dataOffset + row * rowBytes;
  }

  private void read(ByteBuffer target, long position) throws IOException {
    try {
      file.readFully(target, position);
    } catch (EOFException e) {
      throw new DamagedFileException(file.path(), position, "the file ends early", e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
