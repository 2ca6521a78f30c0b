// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A file: its bytes, those of its last force, and the writes since. */
final class MemoryFile implements MemoryNode {
  /** Who holds it as a lock, or null. */
  String holder;

  private byte[] bytes = new byte[64];
  private int size;
  private byte[] forced = new byte[0];
  private final List<Survival.Write> unforced = new ArrayList<>();

  int size() {
    return size;
  }

  byte[] data() {
    return Arrays.copyOf(bytes, size);
  }

  /** The file's own bytes; those from {@link #size} on mean nothing. */
  byte[] array() {
    return bytes;
  }

  void write(ByteBuffer source, int position) {
    int count = source.remaining();
    int end = Math.addExact(position, count);
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end, Math.min(bytes.length * 2, 1 << 30)));
    }
    source.get(bytes, position, count);
    size = Math.max(size, end);
    unforced.add(new Survival.Write(position, Arrays.copyOfRange(bytes, position, end)));
  }

  void truncate(int length) {
    Arrays.fill(bytes, length, size, (byte) 0); // a later write behind it leaves a gap of zeros
    size = length;
    unforced.add(Survival.Write.cut(length));
  }

  void force() {
    forced = data();
    unforced.clear();
  }

  @Override
  public MemoryNode survivor(Survival survival) {
    MemoryFile copy = new MemoryFile();
    copy.bytes = survival.bytes(forced, List.copyOf(unforced));
    copy.size = copy.bytes.length;
    copy.forced = copy.bytes.clone();
    return copy;
  }
}
