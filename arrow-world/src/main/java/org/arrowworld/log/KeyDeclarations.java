// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;

/**
 * The keys a writer declares, held to the room there is for them in a segment's metadata (spec
 * L-8). One thread.
 */
public final class KeyDeclarations {
  private final KeyTable keys;

  /** Bytes of {@code aw.keys} with all keys declared so far. */
  private int bytes;

  KeyDeclarations(KeyTable keys) {
    this.keys = keys;
    this.bytes = SegmentFormat.keysBytes(keys.from(0));
  }

  /** Whether the next key needs wider codes than those before it. */
  boolean nextWidens() {
    return SegmentFormat.keyBytes(keys.size() + 1) != SegmentFormat.keyBytes(keys.size());
  }

  /** Bytes with one more key; refused if they are too many. */
  int bytesWith(Key key) {
    int more = bytes + SegmentFormat.keysBytes(List.of(key)) - 1; // one bracket too many
    check(Text.of("declare key '%s'", key.name()), more, keys.size() + 1);
    return more;
  }

  void add(Key key, int bytesWithIt) {
    keys.add(key);
    bytes = bytesWithIt;
  }

  /**
   * Refuses keys for a new store that could not all be declared.
   *
   * @throws InvalidUseException if they are too many, or one name is there twice, or their
   *     declarations take more than 15 MiB
   */
  public static void check(List<Key> all) {
    int count = new KeyTable(all).size();
    check("create a store", SegmentFormat.keysBytes(all), count);
  }

  private static void check(String action, int bytes, int keyCount) {
    if (bytes > SegmentFormat.MAX_KEYS_BYTES) {
      throw new InvalidUseException(
          Text.of(
              "Cannot %s: the declarations of %d keys take %d bytes, expected at most %d; use fewer or shorter names, or several stores",
              action, keyCount, bytes, SegmentFormat.MAX_KEYS_BYTES));
    }
  }
}
