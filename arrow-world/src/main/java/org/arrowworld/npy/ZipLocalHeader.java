// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;

/** Compares an entry's own header with the directory; they must tell the same story. */
final class ZipLocalHeader {
  private final ReadableFile file;
  private final ZipEntryInfo entry;

  private ZipLocalHeader(ReadableFile file, ZipEntryInfo entry) {
    this.file = file;
    this.entry = entry;
  }

  /** How messages name an entry. */
  static String name(ReadableFile file, ZipEntryInfo entry) {
    return file.path() + "!" + ZipNames.shown(entry.name());
  }

  /**
   * Checks an entry's own header.
   *
   * @return where its data begins
   */
  static long dataOffset(ReadableFile file, ZipEntryInfo entry) throws IOException {
    return new ZipLocalHeader(file, entry).checkedDataOffset();
  }

  private long checkedDataOffset() throws IOException {
    ByteBuffer local = at(entry.headerOffset(), ZipFormat.LOCAL_BYTES);
    if (local.getInt(0) != ZipFormat.LOCAL_SIGNATURE) {
      throw damaged(entry.headerOffset(), "no entry begins here");
    }
    int nameBytes = local.getChar(26);
    int extraBytes = local.getChar(28);
    long offset = entry.headerOffset() + ZipFormat.LOCAL_BYTES + nameBytes + extraBytes;
    ByteBuffer rest = at(entry.headerOffset() + ZipFormat.LOCAL_BYTES, nameBytes + extraBytes);
    String name = StandardCharsets.UTF_8.decode(rest.slice(0, nameBytes)).toString();
    if (!name.equals(entry.name())) {
      throw mismatch("name", "'" + ZipNames.shown(name) + "'");
    }
    if (local.getChar(6) != entry.flags()) {
      throw mismatch("flags", Text.of("%#x", (int) local.getChar(6)));
    }
    if (local.getChar(8) != entry.method()) {
      throw mismatch("compression method", String.valueOf((int) local.getChar(8)));
    }
    if ((entry.flags() & ZipFormat.FLAG_DESCRIPTOR) != 0) {
      checkDescriptor(offset + entry.compressedBytes());
      return offset;
    }
    ZipExtra extra =
        ZipExtra.read(rest.slice(nameBytes, extraBytes), file.path(), entry.headerOffset());
    checkNumbers(
        local.getInt(14), extra.resolve(local.getInt(22)), extra.resolve(local.getInt(18)));
    return offset;
  }

  /** A streamed entry's numbers follow its data, as 32 or 64 bits, with or without a signature. */
  private void checkDescriptor(long offset) throws IOException {
    int bytes = (int) Math.min(24, file.size() - offset);
    if (bytes < 16) {
      throw damaged(offset, "the data descriptor is missing");
    }
    ByteBuffer in = at(offset, bytes);
    if (in.getInt(0) == ZipFormat.DESCRIPTOR_SIGNATURE) {
      in.position(4);
    }
    ByteBuffer numbers = in.slice().order(in.order());
    boolean narrow =
        (numbers.getInt(4) & ZipFormat.U32_MAX) == entry.compressedBytes()
            && (numbers.getInt(8) & ZipFormat.U32_MAX) == entry.sizeBytes();
    if (narrow) {
      checkNumbers(numbers.getInt(0), entry.sizeBytes(), entry.compressedBytes());
    } else if (numbers.remaining() >= 20) {
      checkNumbers(numbers.getInt(0), numbers.getLong(12), numbers.getLong(4));
    } else {
      throw mismatch("size", String.valueOf(numbers.getInt(8) & ZipFormat.U32_MAX));
    }
  }

  private void checkNumbers(int localCrc, long size, long compressed) throws DamagedFileException {
    if (localCrc != entry.crc()) {
      throw mismatch("CRC-32", Text.of("%08x", localCrc));
    }
    if (size != entry.sizeBytes()) {
      throw mismatch("size", String.valueOf(size));
    }
    if (compressed != entry.compressedBytes()) {
      throw mismatch("compressed size", String.valueOf(compressed));
    }
  }

  private ByteBuffer at(long offset, int count) throws IOException {
    ByteBuffer buffer = ZipFormat.allocate(count);
    try {
      file.readFully(buffer, offset);
    } catch (EOFException e) {
      throw damaged(offset, "the file ends inside the entry");
    }
    return buffer.flip();
  }

  private DamagedFileException mismatch(String what, String local) {
    return damaged(
        entry.headerOffset(),
        Text.of(
            "the directory and the entry's own header disagree about its %s (here %s)",
            what, local));
  }

  private DamagedFileException damaged(long offset, String finding) {
    return new DamagedFileException(name(file, entry), offset, finding);
  }
}
