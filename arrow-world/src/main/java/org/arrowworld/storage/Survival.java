// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Decides what of the unforced changes a crash leaves. What was forced always stays.
 *
 * <p>The seeded power loss is as unkind as POSIX allows a device with sectors to be: names survive
 * in order or in any order, though each rename whole or not at all; writes survive in order, in any
 * order, or sector by sector in any of the states the sector had; a file may have any of its
 * lengths, with zeros where nothing was written.
 */
abstract class Survival {

  /** Bytes written at a position, or the file cut off there. */
  static final class Write {
    private final int position;
    private final byte[] bytes;
    private final boolean cuts;

    Write(int position, byte[] bytes) {
      this(position, bytes, false);
    }

    private Write(int position, byte[] bytes, boolean cuts) {
      this.position = position;
      this.bytes = bytes;
      this.cuts = cuts;
    }

    /** The file ends at a position. */
    static Write cut(int position) {
      return new Write(position, new byte[0], true);
    }

    /** The length of a file of so many bytes after this. */
    int length(int before) {
      return cuts ? Math.min(before, position) : Math.max(before, end());
    }

    int position() {
      return position;
    }

    byte[] bytes() {
      return bytes;
    }

    int end() {
      return position + bytes.length;
    }
  }

  private final IdentityHashMap<MemoryNode, MemoryNode> survivors = new IdentityHashMap<>();

  /** The survivor of a node; the same one if asked again. */
  final MemoryNode of(MemoryNode node) {
    MemoryNode known = survivors.get(node);
    if (known == null) {
      known = node.survivor(this);
      survivors.put(node, known);
    }
    return known;
  }

  /** Whether the changes of names that an unforced operation made survive. */
  abstract boolean keepsName(long operation);

  /** What a file holds, of its forced bytes and the writes since. */
  abstract byte[] bytes(byte[] forced, List<Write> unforced);

  /** The process dies and the operating system goes on. */
  static Survival everything() {
    return new Survival() {
      @Override
      boolean keepsName(long operation) {
        return true;
      }

      @Override
      byte[] bytes(byte[] forced, List<Write> unforced) {
        byte[] image = forced.clone();
        for (Write write : unforced) {
          image = Arrays.copyOf(image, write.length(image.length));
          System.arraycopy(write.bytes, 0, image, write.position, write.bytes.length);
        }
        return image;
      }
    };
  }

  /** The power fails, and nothing unforced had reached the device. */
  static Survival forcedOnly() {
    return new Survival() {
      @Override
      boolean keepsName(long operation) {
        return false;
      }

      @Override
      byte[] bytes(byte[] forced, List<Write> unforced) {
        return forced.clone();
      }
    };
  }

  /**
   * The power fails, and any part of the unforced had reached the device.
   *
   * @param operations number of operations so far
   */
  static Survival seeded(long seed, long operations) {
    return new Seeded(new SplittableRandom(seed), operations);
  }

  private static final class Seeded extends Survival {
    private final SplittableRandom random;
    private final boolean namesInOrder;
    private final long namesUpTo;
    private final int sectorBytes;
    private final Map<Long, Boolean> names = new HashMap<>();

    Seeded(SplittableRandom random, long operations) {
      this.random = random;
      this.namesInOrder = random.nextBoolean();
      // Near the end more often than not: there the forces are missing.
      this.namesUpTo = operations - (long) Math.pow(operations + 1.0, random.nextDouble()) + 1;
      this.sectorBytes = random.nextBoolean() ? 512 : 4096;
    }

    @Override
    boolean keepsName(long operation) {
      return namesInOrder
          ? operation < namesUpTo
          : names.computeIfAbsent(operation, o -> random.nextBoolean());
    }

    @Override
    byte[] bytes(byte[] forced, List<Write> unforced) {
      if (unforced.isEmpty()) {
        return forced.clone();
      }
      return switch (random.nextInt(3)) {
        case 0 -> firstWrites(forced, unforced);
        case 1 -> someWrites(forced, unforced);
        default -> anySectors(forced, unforced);
      };
    }

    /** Writes in order up to one that is torn. */
    private byte[] firstWrites(byte[] forced, List<Write> unforced) {
      int whole = random.nextInt(unforced.size() + 1);
      byte[] image = forced.clone();
      for (int i = 0; i < whole; i++) {
        image = apply(image, unforced.get(i), false);
      }
      return whole < unforced.size() ? apply(image, unforced.get(whole), true) : image;
    }

    /** Some of the writes, whole or torn. */
    private byte[] someWrites(byte[] forced, List<Write> unforced) {
      byte[] image = forced.clone();
      for (Write write : unforced) {
        int fate = random.nextInt(4);
        if (fate > 0) {
          image = apply(image, write, fate == 1);
        }
      }
      return image;
    }

    private byte[] apply(byte[] before, Write write, boolean torn) {
      if (write.cuts) {
        return torn ? before : Arrays.copyOf(before, write.length(before.length));
      }
      byte[] image = Arrays.copyOf(before, write.length(before.length));
      for (int at = write.position; at < write.end(); ) {
        int end = Math.min(write.end(), (at / sectorBytes + 1) * sectorBytes);
        if (!torn || random.nextBoolean()) {
          System.arraycopy(write.bytes, at - write.position, image, at, end - at);
        }
        at = end;
      }
      return image;
    }

    /** Each sector as it was after one of the writes, and one of the lengths. */
    private byte[] anySectors(byte[] forced, List<Write> unforced) {
      int longest = forced.length;
      for (Write write : unforced) {
        longest = Math.max(longest, write.end());
      }
      byte[] image = Arrays.copyOf(forced, longest);
      for (int at = 0; at < longest; at += sectorBytes) {
        int end = Math.min(longest, at + sectorBytes);
        int writes = random.nextInt(unforced.size() + 1);
        for (Write write : unforced.subList(0, writes)) {
          int from = Math.max(at, write.position);
          if (write.cuts && from < end) {
            Arrays.fill(image, from, end, (byte) 0);
          }
          int to = Math.min(end, write.end());
          if (from < to) {
            System.arraycopy(write.bytes, from - write.position, image, from, to - from);
          }
        }
      }
      int lengths = random.nextInt(unforced.size() + 1);
      int length = forced.length;
      for (Write write : unforced.subList(0, lengths)) {
        length = write.length(length);
      }
      return Arrays.copyOf(image, length);
    }
  }
}
