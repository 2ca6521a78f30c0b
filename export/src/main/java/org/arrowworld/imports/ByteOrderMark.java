package org.arrowworld.imports;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/** A stream without the UTF-8 byte order mark it may begin with. */
final class ByteOrderMark extends PushbackInputStream {
  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  ByteOrderMark(InputStream in) throws IOException {
    super(in, MARK.length);
    byte[] start = in.readNBytes(MARK.length);
    if (!java.util.Arrays.equals(start, MARK)) {
      unread(start);
    }
  }
}
