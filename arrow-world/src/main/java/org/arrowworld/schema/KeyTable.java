// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;

/**
 * The keys of a store by code and by name; append-only. One thread declares; others may read what
 * was declared before they were handed the table.
 */
public final class KeyTable {
  /** More keys than a uint16 can number are refused. */
  public static final int MAX_KEYS = 0x1_0000;

  /** The code of {@code tick.commit}. */
  public static final int COMMIT = 0;

  private volatile Key[] keys = new Key[64];
  private volatile int size;
  private final Map<String, Key> byName = new HashMap<>();

  /** A table with these keys, whose codes must be 0, 1, 2 ... */
  public KeyTable(Collection<Key> initial) {
    initial.forEach(this::add);
  }

  /** Adds the next key. Its code must be {@link #size()}. */
  public synchronized void add(Key key) {
    if (key.code() != size || size == MAX_KEYS) {
      throw new InvalidUseException(
          Text.of(
              "Cannot declare key '%s' with code %d: expected %d, at most %d keys",
              key.name(), key.code(), size, MAX_KEYS));
    }
    if (byName.putIfAbsent(key.name(), key) != null) {
      throw new InvalidUseException(Text.of("Cannot declare key '%s' twice", key.name()));
    }
    Key[] array = keys;
    if (size == array.length) {
      array = java.util.Arrays.copyOf(array, size * 2);
    }
    array[size] = key;
    keys = array;
    size++;
  }

  /** Number of keys. */
  public int size() {
    return size;
  }

  /** The key of a code. */
  public Key key(int code) {
    if (code < 0 || code >= size) {
      throw new InvalidUseException(Text.of("Unknown key code %d: %d keys are known", code, size));
    }
    return keys[code];
  }

  /** The key of a name, if there is one. */
  public synchronized Optional<Key> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The key of a name. */
  public Key key(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new InvalidUseException(
                    Text.of(
                        "Unknown key '%s' in this store: it has %s",
                        name, Nearest.of(name, from(0).stream().map(Key::name).toList()))));
  }

  /** The keys with codes from {@code from} on, in order; a copy. */
  public synchronized List<Key> from(int from) {
    List<Key> list = new ArrayList<>();
    for (int code = from; code < size; code++) {
      list.add(keys[code]);
    }
    return list;
  }
}
