// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.arrowworld.errors.DamagedFileException;

/**
 * The zip64 numbers of an extra field, handed out in the order the format gives them: for each
 * 32-bit field that is all ones, the next one here.
 */
final class ZipExtra {
  private final String path;
  private final long recordOffset;
  private final ByteBuffer zip64;

  private ZipExtra(String path, long recordOffset, ByteBuffer zip64) {
    this.path = path;
    this.recordOffset = recordOffset;
    this.zip64 = zip64;
  }

  static ZipExtra read(ByteBuffer extra, String path, long recordOffset)
      throws DamagedFileException {
    ByteBuffer in = extra.order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer zip64 = ByteBuffer.allocate(0);
    while (in.remaining() >= 4) {
      int id = in.getChar();
      int bytes = in.getChar();
      if (bytes > in.remaining()) {
        throw new DamagedFileException(path, recordOffset, "an extra field leaves its entry");
      }
      if (id == ZipFormat.ZIP64_EXTRA) {
        zip64 = in.slice(in.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
      }
      in.position(in.position() + bytes);
    }
    return new ZipExtra(path, recordOffset, zip64);
  }

  /** The number a 32-bit field stands for; negative if it does not fit in 63 bits. */
  long resolve(int field) throws DamagedFileException {
    if (field != -1) {
      return field & ZipFormat.U32_MAX;
    }
    if (zip64.remaining() < 8) {
      throw new DamagedFileException(path, recordOffset, "a zip64 number is missing");
    }
    return zip64.getLong();
  }
}
