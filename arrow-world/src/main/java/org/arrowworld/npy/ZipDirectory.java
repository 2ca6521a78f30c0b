// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;

/**
 * Finds and checks the directory of a zip file: it must end the file, hold exactly the entries it
 * announces, and stay within the limits. Entries' own headers are {@link ZipEntrySource}'s.
 */
final class ZipDirectory {
  private static final int MAX_COMMENT_BYTES = 0xFFFF;

  /** A central directory record: name, extra field and comment are 16-bit long. */
  private static final int MAX_RECORD_BYTES = ZipFormat.CENTRAL_BYTES + 3 * 0xFFFF;

  private final ReadableFile file;
  private final NpzLimits limits;
  private final long fileBytes;
  private final Map<String, ZipEntryInfo> entries = new LinkedHashMap<>();

  private ZipDirectory(ReadableFile file, NpzLimits limits) throws IOException {
    this.file = file;
    this.limits = limits;
    this.fileBytes = file.size();
  }

  /** The entries by name, in directory order. */
  static Map<String, ZipEntryInfo> read(ReadableFile file, NpzLimits limits) throws IOException {
    ZipDirectory directory = new ZipDirectory(file, limits);
    directory.read();
    return directory.entries;
  }

  private record Extent(long offset, long bytes, long count) {}

  private void read() throws IOException {
    Extent extent = extent();
    if (extent.count > limits.maxEntries()) {
      throw damaged(
          extent.offset,
          Text.of("%d entries, at most %d are read", extent.count, limits.maxEntries()));
    }
    if (extent.bytes / ZipFormat.CENTRAL_BYTES < extent.count) {
      throw damaged(
          extent.offset, Text.of("%d bytes cannot list %d entries", extent.bytes, extent.count));
    }
    long end = extent.offset + extent.bytes;
    long at = extent.offset;
    long totalBytes = 0;
    long allowedBytes = limits.totalBytes(fileBytes);
    for (long i = 0; i < extent.count; i++) {
      int window = (int) Math.min(end - at, MAX_RECORD_BYTES);
      CentralRecord central = record(bytes(at, window), at, extent.offset);
      ZipEntryInfo entry = central.entry;
      totalBytes += entry.sizeBytes();
      if (totalBytes > allowedBytes || totalBytes < 0) {
        throw damaged(
            at,
            Text.of(
                "its entries hold more than %d bytes, the limit; raise NpzLimits if it is trusted",
                allowedBytes));
      }
      if (entries.put(entry.name(), entry) != null) {
        throw damaged(at, "two entries are named " + ZipNames.shown(entry.name()));
      }
      at += central.bytes;
    }
    if (at != end) {
      throw damaged(at, Text.of("%d bytes follow the last directory entry", end - at));
    }
  }

  private record CentralRecord(ZipEntryInfo entry, int bytes) {}

  private CentralRecord record(ByteBuffer in, long at, long directoryOffset) throws IOException {
    if (in.remaining() < ZipFormat.CENTRAL_BYTES || in.getInt(0) != ZipFormat.CENTRAL_SIGNATURE) {
      throw damaged(at, "a directory entry was expected");
    }
    int nameBytes = in.getChar(28);
    int extraBytes = in.getChar(30);
    int bytes = ZipFormat.CENTRAL_BYTES + nameBytes + extraBytes + in.getChar(32);
    if (bytes > in.remaining()) {
      throw damaged(at, Text.of("a directory entry of %d bytes leaves the directory", bytes));
    }
    int flags = in.getChar(8);
    int method = in.getChar(10);
    String name = name(in.slice(ZipFormat.CENTRAL_BYTES, nameBytes), flags, at);
    ZipExtra extra =
        ZipExtra.read(in.slice(ZipFormat.CENTRAL_BYTES + nameBytes, extraBytes), file.path(), at);
    long sizeBytes = extra.resolve(in.getInt(24));
    long compressedBytes = extra.resolve(in.getInt(20));
    long offset = extra.resolve(in.getInt(42));
    int disk = in.getChar(34);
    ZipEntryInfo entry =
        new ZipEntryInfo(name, flags, method, in.getInt(16), compressedBytes, sizeBytes, offset);
    check(entry, disk, at, directoryOffset);
    return new CentralRecord(entry, bytes);
  }

  private void check(ZipEntryInfo entry, int disk, long at, long directoryOffset)
      throws DamagedFileException {
    String shown = ZipNames.shown(entry.name());
    if ((entry.flags() & ZipFormat.FLAG_ENCRYPTED) != 0) {
      throw damaged(at, Text.of("entry %s is encrypted", shown));
    }
    if (entry.method() != Compression.STORED.method()
        && entry.method() != Compression.DEFLATED.method()) {
      throw damaged(
          at,
          Text.of("entry %s uses compression method %d, known are 0 and 8", shown, entry.method()));
    }
    if (disk != 0) {
      throw damaged(at, Text.of("entry %s is on another disk", shown));
    }
    long compressed = entry.compressedBytes();
    if (entry.headerOffset() < 0
        || compressed < 0
        || entry.sizeBytes() < 0
        || entry.headerOffset() > directoryOffset - ZipFormat.LOCAL_BYTES
        || compressed > directoryOffset - ZipFormat.LOCAL_BYTES - entry.headerOffset()) {
      throw damaged(at, Text.of("entry %s leaves the file", shown));
    }
    if (entry.method() == Compression.STORED.method() && compressed != entry.sizeBytes()) {
      throw damaged(
          at,
          Text.of(
              "entry %s is stored, yet its sizes are %d and %d",
              shown, compressed, entry.sizeBytes()));
    }
    if (entry.sizeBytes() / limits.maxRatio() > compressed) {
      throw damaged(
          at,
          Text.of(
              "entry %s would inflate %d bytes to %d, more than %d times",
              shown, compressed, entry.sizeBytes(), limits.maxRatio()));
    }
  }

  private String name(ByteBuffer bytes, int flags, long at) throws DamagedFileException {
    String name;
    try {
      name =
          ((flags & ZipFormat.FLAG_UTF8) != 0 ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII)
              .newDecoder()
              .decode(bytes)
              .toString();
    } catch (CharacterCodingException e) {
      throw new DamagedFileException(
          file.path(), at, "an entry's name is neither ASCII nor marked UTF-8", e);
    }
    boolean directory = name.endsWith("/") && name.length() > 1;
    String complaint = ZipNames.complaint(directory ? name.substring(0, name.length() - 1) : name);
    if (complaint != null) {
      throw damaged(
          at, Text.of("the entry name '%s' is refused: %s", ZipNames.shown(name), complaint));
    }
    return name;
  }

  /** Where the directory is, from the records that end the file. */
  private Extent extent() throws IOException {
    long endOffset = endOffset();
    ByteBuffer end = bytes(endOffset, ZipFormat.END_BYTES);
    Extent extent =
        new Extent(
            end.getInt(16) & ZipFormat.U32_MAX,
            end.getInt(12) & ZipFormat.U32_MAX,
            end.getChar(10));
    if (end.getChar(4) != 0 || end.getChar(6) != 0 || end.getChar(8) != end.getChar(10)) {
      throw damaged(endOffset, "the archive spans several disks");
    }
    long recordsBegin = endOffset;
    if (extent.offset == ZipFormat.U32_MAX
        || extent.bytes == ZipFormat.U32_MAX
        || extent.count == ZipFormat.U16_MAX) {
      long zip64Offset = zip64Offset(endOffset);
      extent = zip64Extent(zip64Offset);
      recordsBegin = zip64Offset;
    }
    if (extent.offset < 0
        || extent.bytes < 0
        || extent.offset > recordsBegin
        || recordsBegin - extent.offset != extent.bytes) {
      throw damaged(
          endOffset,
          Text.of(
              "a directory of %d bytes at byte %d does not end at byte %d",
              extent.bytes, extent.offset, recordsBegin));
    }
    return extent;
  }

  /** The end record is the last one whose comment reaches exactly to the end of the file. */
  private long endOffset() throws IOException {
    if (fileBytes < ZipFormat.END_BYTES) {
      throw damaged(0, Text.of("%d bytes are too few for an npz archive", fileBytes));
    }
    int tailBytes = (int) Math.min(fileBytes, ZipFormat.END_BYTES + MAX_COMMENT_BYTES);
    ByteBuffer tail = bytes(fileBytes - tailBytes, tailBytes);
    for (int at = tailBytes - ZipFormat.END_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == ZipFormat.END_SIGNATURE
          && tail.getChar(at + 20) == tailBytes - at - ZipFormat.END_BYTES) {
        return fileBytes - tailBytes + at;
      }
    }
    throw damaged(fileBytes, "no zip directory ends the file: it is cut short or no npz archive");
  }

  private long zip64Offset(long endOffset) throws IOException {
    long locatorOffset = endOffset - ZipFormat.ZIP64_LOCATOR_BYTES;
    ByteBuffer locator =
        locatorOffset < 0 ? null : bytes(locatorOffset, ZipFormat.ZIP64_LOCATOR_BYTES);
    if (locator == null || locator.getInt(0) != ZipFormat.ZIP64_LOCATOR_SIGNATURE) {
      throw damaged(endOffset, "the zip64 locator is missing");
    }
    long offset = locator.getLong(8);
    if (offset < 0 || offset != locatorOffset - ZipFormat.ZIP64_END_BYTES) {
      throw damaged(locatorOffset, "the zip64 end record is not where the locator says");
    }
    return offset;
  }

  private Extent zip64Extent(long offset) throws IOException {
    ByteBuffer end = bytes(offset, ZipFormat.ZIP64_END_BYTES);
    if (end.getInt(0) != ZipFormat.ZIP64_END_SIGNATURE
        || end.getLong(4) != ZipFormat.ZIP64_END_BYTES - 12
        || end.getLong(24) != end.getLong(32)
        || end.getLong(24) < 0) {
      throw damaged(offset, "the zip64 end record is not as it should be");
    }
    return new Extent(end.getLong(48), end.getLong(40), end.getLong(24));
  }

  private ByteBuffer bytes(long offset, int count) throws IOException {
    ByteBuffer buffer = ZipFormat.allocate(count);
    try {
      file.readFully(buffer, offset);
    } catch (EOFException e) {
      throw new DamagedFileException(file.path(), offset, "the file ends early", e);
    }
    return buffer.flip();
  }

  private DamagedFileException damaged(long offset, String finding) {
    return new DamagedFileException(file.path(), offset, finding);
  }
}
