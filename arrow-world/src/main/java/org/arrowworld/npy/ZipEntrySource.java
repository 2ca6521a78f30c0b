// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;

/**
 * The bytes of one entry, inflated as they are asked for, counted and checksummed. {@link #finish}
 * must succeed before any of them is believed.
 */
final class ZipEntrySource implements NpySource, AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final ReadableFile file;
  private final ZipEntryInfo entry;
  private final CRC32 crc = new CRC32();
  private final ByteBuffer input = ZipFormat.allocate(BUFFER_BYTES);
  private final Inflater inflater;
  private final long dataOffset;
  private final long fileBytes;
  private long compressedRead;
  private long produced;

  ZipEntrySource(ReadableFile file, ZipEntryInfo entry) throws IOException {
    this.file = file;
    this.fileBytes = file.size();
    this.entry = entry;
    this.dataOffset = ZipLocalHeader.dataOffset(file, entry);
    this.inflater = entry.method() == Compression.DEFLATED.method() ? new Inflater(true) : null;
    input.flip();
  }

  @Override
  public String name() {
    return ZipLocalHeader.name(file, entry);
  }

  @Override
  public long sizeBytes() {
    return entry.sizeBytes();
  }

  @Override
  public long fileBytes() {
    return fileBytes;
  }

  @Override
  public void readFully(ByteBuffer target) throws IOException {
    ByteBuffer filled = target.duplicate();
    if (entry.sizeBytes() - produced < target.remaining()) {
      throw damaged(dataOffset, "it holds fewer bytes than the directory says");
    }
    while (target.hasRemaining()) {
      int count = inflater == null ? copy(target) : inflate(target);
      produced += count;
    }
    crc.update(filled.limit(target.position()));
  }

  private int copy(ByteBuffer target) throws IOException {
    int count = target.remaining();
    read(target);
    return count;
  }

  private int inflate(ByteBuffer target) throws IOException {
    try {
      int count = inflater.inflate(target);
      while (count == 0) {
        if (inflater.finished() || inflater.needsDictionary()) {
          throw damaged(dataOffset, "its compressed data ends before the size it declares");
        }
        refill();
        count = inflater.inflate(target);
      }
      return count;
    } catch (DataFormatException e) {
      throw new DamagedFileException(
          name(), dataOffset + compressedRead, "its compressed data is damaged", e);
    }
  }

  private void refill() throws IOException {
    long left = entry.compressedBytes() - compressedRead;
    if (left == 0) {
      throw damaged(dataOffset, "its compressed data ends before the size it declares");
    }
    input.clear().limit((int) Math.min(left, BUFFER_BYTES));
    read(input);
    inflater.setInput(input.flip());
  }

  private void read(ByteBuffer target) throws IOException {
    int count = target.remaining();
    try {
      file.readFully(target, dataOffset + compressedRead);
    } catch (EOFException e) {
      throw new DamagedFileException(name(), dataOffset + compressedRead, "the file ends early", e);
    }
    compressedRead += count;
  }

  /** Checks that everything was read, nothing is left over, and the CRC is right. */
  void finish() throws IOException {
    if (produced != entry.sizeBytes()) {
      throw damaged(dataOffset, Text.of("%d bytes were not read", entry.sizeBytes() - produced));
    }
    if (inflater != null) {
      finishInflate();
    }
    if (compressedRead != entry.compressedBytes()) {
      throw damaged(
          dataOffset,
          Text.of("%d compressed bytes are left over", entry.compressedBytes() - compressedRead));
    }
    if ((int) crc.getValue() != entry.crc()) {
      throw damaged(
          dataOffset,
          Text.of(
              "its CRC-32 is %08x, the directory says %08x", (int) crc.getValue(), entry.crc()));
    }
  }

  /** Consumes the end mark of the deflate stream, which must yield no byte more. */
  private void finishInflate() throws IOException {
    ByteBuffer extra = ByteBuffer.allocate(1);
    try {
      while (!inflater.finished()) {
        if (inflater.inflate(extra) > 0) {
          throw damaged(dataOffset, "it holds more bytes than the directory says");
        }
        if (!inflater.finished()) {
          refill();
        }
      }
    } catch (DataFormatException e) {
      throw new DamagedFileException(
          name(), dataOffset + compressedRead, "its compressed data is damaged", e);
    }
    compressedRead -= inflater.getRemaining();
  }

  private DamagedFileException damaged(long offset, String finding) {
    return new DamagedFileException(name(), offset, finding);
  }

  @Override
  public void close() {
    if (inflater != null) {
      inflater.end();
    }
  }
}
