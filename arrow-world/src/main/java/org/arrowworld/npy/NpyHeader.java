// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;

/**
 * What a {@code .npy} file says about its array: type, byte order, element order and shape.
 * Immutable. The format is NumPy's NEP 1, versions 1.0 to 3.0.
 */
public final class NpyHeader {
  /** Headers that claim to be longer are refused before anything is allocated. */
  static final int MAX_HEADER_BYTES = 1 << 16;

  /** Magic, version and the longer of the two length fields. */
  static final int PREAMBLE_BYTES = 12;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT_BYTES = 64;

  /** NumPy leaves room for the growing dimension to reach this many digits in place. */
  private static final int GROWTH_DIGITS = 21;

  private final NpyType type;
  private final ByteOrder byteOrder;
  private final NpyOrder order;
  private final long[] shape;
  private final int dataOffset;

  NpyHeader(NpyType type, ByteOrder byteOrder, NpyOrder order, long[] shape, int dataOffset) {
    this.type = type;
    this.byteOrder = byteOrder;
    this.order = order;
    this.shape = shape.clone();
    this.dataOffset = dataOffset;
  }

  /**
   * Reads the header at the start of a file and checks it against the bytes present.
   *
   * @param trailing what to do about bytes behind the array
   * @throws DamagedFileException if it is no {@code .npy} header, holds a refused type, or promises
   *     other bytes than there are
   * @throws UnsupportedVersionException if its version is newer than 3
   */
  public static NpyHeader read(ReadableFile file, TrailingBytes trailing) throws IOException {
    return read(new FileSource(file), trailing);
  }

  static NpyHeader read(NpySource source, TrailingBytes trailing) throws IOException {
    NpyHeader header = parser(source).parse();
    header.checkSize(source.name(), source.sizeBytes(), trailing);
    return header;
  }

  /** Reads the preamble and the text of a header. */
  static NpyHeaderParser parser(NpySource source) throws IOException {
    String name = source.name();
    int available = (int) Math.min(source.sizeBytes(), PREAMBLE_BYTES);
    if (available < PREAMBLE_BYTES) {
      throw new DamagedFileException(
          name, 0, Text.of("%d bytes are too few for a .npy header", available));
    }
    ByteBuffer preamble = ByteBuffer.allocate(PREAMBLE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    source.readFully(preamble);
    preamble.flip();
    for (int i = 0; i < MAGIC.length; i++) {
      if (preamble.get(i) != MAGIC[i]) {
        throw new DamagedFileException(name, 0, "no .npy file, the magic bytes are missing");
      }
    }
    int version = Byte.toUnsignedInt(preamble.get(6));
    if (version < 1 || version > 3 || preamble.get(7) != 0) {
      throw new UnsupportedVersionException(name, ".npy version", version, "1.0, 2.0, 3.0");
    }
    int lengthEnd = version == 1 ? 10 : 12;
    long textBytes = version == 1 ? preamble.getChar(8) : preamble.getInt(8) & 0xFFFFFFFFL;
    if (textBytes > MAX_HEADER_BYTES) {
      throw new DamagedFileException(
          name,
          8,
          Text.of(
              "a header of %d bytes is declared, at most %d are read",
              textBytes, MAX_HEADER_BYTES));
    }
    if (lengthEnd + textBytes > source.sizeBytes()) {
      throw new DamagedFileException(
          name,
          8,
          Text.of(
              "a header of %d bytes is declared, the file has %d more",
              textBytes, source.sizeBytes() - lengthEnd));
    }
    if (lengthEnd + textBytes < PREAMBLE_BYTES) {
      throw new DamagedFileException(
          name, 8, Text.of("a header of %d bytes holds no description", textBytes));
    }
    byte[] text = new byte[(int) textBytes];
    int known = PREAMBLE_BYTES - lengthEnd;
    preamble.get(lengthEnd, text, 0, known);
    source.readFully(ByteBuffer.wrap(text, known, text.length - known));
    return new NpyHeaderParser(name, lengthEnd, text);
  }

  void checkSize(String name, long fileBytes, TrailingBytes trailing) throws DamagedFileException {
    long needed = NpyShapes.sizeBytes(shape, type);
    if (needed < 0) {
      throw new DamagedFileException(
          name,
          10,
          Text.of("shape %s of %s overflows 64 bits", NpyShapes.text(shape), type.descr()));
    }
    long present = fileBytes - dataOffset;
    if (present < needed || (present > needed && trailing == TrailingBytes.REFUSE)) {
      throw new DamagedFileException(
          name,
          dataOffset,
          Text.of(
              "shape %s of %s needs %d bytes, %d are present",
              NpyShapes.text(shape), type.descr(), needed, present));
    }
  }

  /**
   * The header NumPy itself would write for a little-endian, C-ordered array, byte for byte:
   * version 1.0, padded so that data begins at a multiple of 64 bytes and the first dimension can
   * grow in place.
   */
  public static ByteBuffer encode(NpyType type, long... shape) {
    NpyShapes.checkedSizeBytes("describe an array", shape, type);
    return encode(type.descr(), shape);
  }

  /** As {@link #encode(NpyType, long...)}, of elements of any description. */
  static ByteBuffer encode(String descr, long... shape) {
    StringBuilder text = new StringBuilder("{'descr': '").append(descr);
    text.append("', 'fortran_order': False, 'shape': ").append(NpyShapes.text(shape)).append(", }");
    if (shape.length > 0) {
      text.append(" ".repeat(GROWTH_DIGITS - Long.toString(shape[0]).length()));
    }
    int unpadded = MAGIC.length + 4 + text.length() + 1;
    text.append(" ".repeat(ALIGNMENT_BYTES - unpadded % ALIGNMENT_BYTES)).append('\n');
    ByteBuffer header =
        ByteBuffer.allocate(MAGIC.length + 4 + text.length()).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).put((byte) 1).put((byte) 0).putChar((char) text.length());
    return header.put(text.toString().getBytes(StandardCharsets.US_ASCII)).flip();
  }

  static void checkData(String action, NpyType type, long[] shape, ByteBuffer... data) {
    long needed = NpyShapes.checkedSizeBytes(action, shape, type);
    long given = Arrays.stream(data).mapToLong(ByteBuffer::remaining).sum();
    if (needed != given) {
      throw new InvalidUseException(
          Text.of(
              "Cannot %s: shape %s of %s needs %d bytes, %d were given",
              action, NpyShapes.text(shape), type.descr(), needed, given));
    }
    if (type == NpyType.BOOL && NpyBools.firstInvalid(data) >= 0) {
      throw new InvalidUseException(
          Text.of(
              "Cannot %s: element %d of a bool array is neither 0 nor 1",
              action, NpyBools.firstInvalid(data)));
    }
  }

  /** Element type. */
  public NpyType type() {
    return type;
  }

  /** Byte order of the file; little-endian for one-byte types. */
  public ByteOrder byteOrder() {
    return byteOrder;
  }

  /** Element order of the file. */
  public NpyOrder order() {
    return order;
  }

  /** Dimensions, a copy; empty for a 0-d array. */
  public long[] shape() {
    return shape.clone();
  }

  /** Bytes of the array. */
  public long sizeBytes() {
    return NpyShapes.sizeBytes(shape, type);
  }

  /** Where the array begins in the file, in bytes. */
  public int dataOffset() {
    return dataOffset;
  }

  @Override
  public String toString() {
    return Text.of("%s %s %s", type.descr(), NpyShapes.text(shape), order);
  }
}
