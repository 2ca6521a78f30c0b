// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * The bytes of all members of a gzip file (RFC 1952), one after the other. What follows the last
 * one must be another member, or zeros: {@link java.util.zip.GZIPInputStream} takes anything else
 * there for the end, and with it whatever stands behind a damaged header.
 */
final class GzipMembers extends InputStream {
  private static final int CRC_OF_HEADER = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  private final PushbackInputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] input;
  private boolean ended;

  /** Begins to read; the first member's header is checked. */
  GzipMembers(InputStream in, int bufferBytes) throws IOException {
    this.in = new PushbackInputStream(in, bufferBytes);
    this.input = new byte[bufferBytes];
    if (!header()) {
      throw new EOFException("it has no member");
    }
  }

  /** Reads a member's header; false at the end of the file. */
  private boolean header() throws IOException {
    int first = in.read();
    while (first == 0) {
      first = in.read(); // padding
    }
    if (first < 0) {
      return false;
    }
    if (first != 0x1F || next() != 0x8B || next() != 8) {
      throw new ZipException("what follows is not a gzip member");
    }
    int flags = next();
    skip(6); // time, level, system
    if ((flags & EXTRA) != 0) {
      skip(next() | next() << 8);
    }
    for (int text : new int[] {NAME, COMMENT}) {
      while ((flags & text) != 0 && next() != 0) {
        // up to its NUL
      }
    }
    skip((flags & CRC_OF_HEADER) != 0 ? 2 : 0);
    if ((flags & ~31) != 0) {
      throw new ZipException("its header has unknown flags");
    }
    inflater.reset();
    crc.reset();
    return true;
  }

  private int next() throws IOException {
    int one = in.read();
    if (one < 0) {
      throw new EOFException("it ends within a member");
    }
    return one;
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      next();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int from, int count) throws IOException {
    while (!ended && count > 0) {
      int read = inflate(target, from, count);
      if (read > 0) {
        crc.update(target, from, read);
        return read;
      }
      if (inflater.finished()) {
        in.unread(input, input.length - inflater.getRemaining(), inflater.getRemaining());
        trailer();
        ended = !header();
      } else if (inflater.needsDictionary()) {
        throw new ZipException("it needs a dictionary");
      } else {
        refill();
      }
    }
    return count == 0 ? 0 : -1;
  }

  private int inflate(byte[] target, int from, int count) throws IOException {
    try {
      return inflater.inflate(target, from, count);
    } catch (DataFormatException e) {
      ZipException damaged = new ZipException(e.getMessage());
      damaged.initCause(e);
      throw damaged;
    }
  }

  /** Gives the inflater the next bytes; they end where the buffer does. */
  private void refill() throws IOException {
    int read = in.read(input, 0, input.length);
    if (read <= 0) {
      throw new EOFException("it ends within a member");
    }
    System.arraycopy(input, 0, input, input.length - read, read);
    inflater.setInput(input, input.length - read, read);
  }

  private void trailer() throws IOException {
    if (number() != crc.getValue() || number() != (inflater.getBytesWritten() & 0xFFFF_FFFFL)) {
      throw new ZipException("its checksum or length is wrong");
    }
  }

  private long number() throws IOException {
    return next() | next() << 8 | next() << 16 | (long) next() << 24;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
