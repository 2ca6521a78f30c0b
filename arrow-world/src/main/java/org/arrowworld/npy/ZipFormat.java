// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The zip records an archive is made of (PKWARE APPNOTE 6.3), laid out as Python's {@code zipfile}
 * does for NumPy: every local header has a zip64 field, times are 1980-01-01.
 */
final class ZipFormat {
  static final int LOCAL_SIGNATURE = 0x04034b50;
  static final int CENTRAL_SIGNATURE = 0x02014b50;
  static final int END_SIGNATURE = 0x06054b50;
  static final int ZIP64_END_SIGNATURE = 0x06064b50;
  static final int ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
  static final int DESCRIPTOR_SIGNATURE = 0x08074b50;

  static final int LOCAL_BYTES = 30;
  static final int CENTRAL_BYTES = 46;
  static final int END_BYTES = 22;
  static final int ZIP64_END_BYTES = 56;
  static final int ZIP64_LOCATOR_BYTES = 20;

  static final int ZIP64_EXTRA = 1;
  static final int FLAG_ENCRYPTED = 1;
  static final int FLAG_DESCRIPTOR = 1 << 3;
  static final int FLAG_UTF8 = 1 << 11;

  static final long U32_MAX = 0xFFFFFFFFL;
  static final int U16_MAX = 0xFFFF;

  private static final int ZIP64_VERSION = 45;
  private static final int UNIX = 3;
  private static final int DATE_1980_01_01 = 0x21;
  private static final int OWNER_READ_WRITE = 0600 << 16;

  private ZipFormat() {}

  /** Whether a name needs the UTF-8 flag. */
  static int flags(String name) {
    return name.chars().allMatch(c -> c < 128) ? 0 : FLAG_UTF8;
  }

  /** A local header; its length depends on the name only, so it can be rewritten in place. */
  static ByteBuffer local(ZipEntryInfo entry) {
    byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = allocate(LOCAL_BYTES + name.length + 20);
    out.putInt(LOCAL_SIGNATURE).putShort((short) ZIP64_VERSION);
    out.putShort((short) entry.flags()).putShort((short) entry.method());
    out.putShort((short) 0).putShort((short) DATE_1980_01_01).putInt(entry.crc());
    out.putInt(-1).putInt(-1).putShort((short) name.length).putShort((short) 20).put(name);
    out.putShort((short) ZIP64_EXTRA).putShort((short) 16);
    return out.putLong(entry.sizeBytes()).putLong(entry.compressedBytes()).flip();
  }

  /** The central header of an entry, with a zip64 field only where a number needs it. */
  static ByteBuffer central(ZipEntryInfo entry) {
    byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
    boolean big = Math.max(entry.sizeBytes(), entry.compressedBytes()) >= U32_MAX;
    boolean far = entry.headerOffset() >= U32_MAX;
    int extraBytes = big || far ? 4 + (big ? 16 : 0) + (far ? 8 : 0) : 0;
    ByteBuffer out = allocate(CENTRAL_BYTES + name.length + extraBytes);
    out.putInt(CENTRAL_SIGNATURE).put((byte) ZIP64_VERSION).put((byte) UNIX);
    out.putShort((short) ZIP64_VERSION)
        .putShort((short) entry.flags())
        .putShort((short) entry.method());
    out.putShort((short) 0).putShort((short) DATE_1980_01_01).putInt(entry.crc());
    out.putInt(big ? -1 : (int) entry.compressedBytes());
    out.putInt(big ? -1 : (int) entry.sizeBytes());
    out.putShort((short) name.length).putShort((short) extraBytes).putShort((short) 0);
    out.putShort((short) 0).putShort((short) 0).putInt(OWNER_READ_WRITE);
    out.putInt(far ? -1 : (int) entry.headerOffset()).put(name);
    if (extraBytes > 0) {
      out.putShort((short) ZIP64_EXTRA).putShort((short) (extraBytes - 4));
    }
    if (big) {
      out.putLong(entry.sizeBytes()).putLong(entry.compressedBytes());
    }
    if (far) {
      out.putLong(entry.headerOffset());
    }
    return out.flip();
  }

  /** What ends an archive, with the zip64 records only where a number needs them. */
  static ByteBuffer end(List<ZipEntryInfo> entries, long centralOffset, long centralBytes) {
    int count = entries.size();
    boolean zip64 = count >= U16_MAX || centralOffset >= U32_MAX || centralBytes >= U32_MAX;
    ByteBuffer out = allocate((zip64 ? ZIP64_END_BYTES + ZIP64_LOCATOR_BYTES : 0) + END_BYTES);
    if (zip64) {
      out.putInt(ZIP64_END_SIGNATURE).putLong(ZIP64_END_BYTES - 12);
      out.putShort((short) ZIP64_VERSION).putShort((short) ZIP64_VERSION).putInt(0).putInt(0);
      out.putLong(count).putLong(count).putLong(centralBytes).putLong(centralOffset);
      out.putInt(ZIP64_LOCATOR_SIGNATURE).putInt(0);
      out.putLong(centralOffset + centralBytes).putInt(1);
    }
    out.putInt(END_SIGNATURE).putShort((short) 0).putShort((short) 0);
    short shortCount = (short) Math.min(count, U16_MAX);
    out.putShort(shortCount).putShort(shortCount);
    out.putInt((int) Math.min(centralBytes, U32_MAX));
    out.putInt((int) Math.min(centralOffset, U32_MAX));
    return out.putShort((short) 0).flip();
  }

  static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
