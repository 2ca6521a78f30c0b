// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import java.util.Arrays;

/**
 * A map from u32 ids to ints of at least 0. Ids near those seen before live in an array, far ones
 * in an open-addressing hash table, so that dense ids cost one array read and sparse ones no
 * memory.
 */
public final class IdMap {
  private static final int ABSENT = -1;

  private int[] dense = filled(64);
  private int[] sparseIds = new int[16];
  private int[] sparseValues = filled(16);
  private int sparseCount;
  private int size;

  public int size() {
    return size;
  }

  /** The value of an id, -1 if it has none. */
  public int get(int id) {
    if (Integer.compareUnsigned(id, dense.length) < 0) {
      return dense[id];
    }
    return sparseCount == 0 ? ABSENT : sparseValues[find(id)];
  }

  /**
   * Looks up many ids: the values of {@code ids[from, to)} go to the same places of {@code out}.
   *
   * @return the first place whose id has no value, -1 if all have one
   */
  public int getAll(int[] ids, int from, int to, int[] out) {
    int[] near = dense;
    int signs = 0;
    for (int i = from; i < to; i++) {
      int id = ids[i];
      int value = Integer.compareUnsigned(id, near.length) < 0 ? near[id] : get(id);
      out[i] = value;
      signs |= value;
    }
    int missing = signs < 0 ? from : -1;
    while (missing >= 0 && out[missing] != ABSENT) {
      missing++;
    }
    return missing;
  }

  /** Sets the value of an id. */
  public void put(int id, int value) {
    if (Integer.compareUnsigned(id, dense.length) >= 0
        && Integer.toUnsignedLong(id) < 2L * dense.length) {
      growDense();
    }
    if (Integer.compareUnsigned(id, dense.length) < 0) {
      size += dense[id] == ABSENT ? 1 : 0;
      dense[id] = value;
      return;
    }
    int at = find(id);
    if (sparseValues[at] == ABSENT) {
      size++;
      sparseCount++;
      sparseIds[at] = id;
    }
    sparseValues[at] = value;
    if (2 * sparseCount > sparseIds.length) {
      rehash(sparseIds.length * 2);
    }
  }

  /** Removes an id and returns its value, -1 if it had none. */
  int remove(int id) {
    int value = get(id);
    if (value == ABSENT) {
      return ABSENT;
    }
    size--;
    if (Integer.compareUnsigned(id, dense.length) < 0) {
      dense[id] = ABSENT;
    } else {
      removeSparse(find(id));
    }
    return value;
  }

  /** The ids, ascending as unsigned numbers. */
  int[] sortedIds() {
    long[] ids = new long[size];
    int n = 0;
    for (int id = 0; id < dense.length; id++) {
      if (dense[id] != ABSENT) {
        ids[n++] = id;
      }
    }
    for (int i = 0; i < sparseIds.length; i++) {
      if (sparseValues[i] != ABSENT) {
        ids[n++] = Integer.toUnsignedLong(sparseIds[i]);
      }
    }
    Arrays.sort(ids);
    return Arrays.stream(ids).mapToInt(id -> (int) id).toArray();
  }

  private void growDense() {
    int old = dense.length;
    dense = Arrays.copyOf(dense, (int) Math.min(2L * old, Integer.MAX_VALUE - 8));
    Arrays.fill(dense, old, dense.length, ABSENT);
    if (sparseCount == 0) {
      return;
    }
    int[] ids = sparseIds;
    int[] values = sparseValues;
    sparseIds = new int[ids.length];
    sparseValues = filled(ids.length);
    sparseCount = 0;
    for (int i = 0; i < ids.length; i++) {
      if (values[i] != ABSENT) {
        size--;
        put(ids[i], values[i]);
      }
    }
  }

  /** The place of an id, or the free place where it would go. */
  private int find(int id) {
    int mask = sparseIds.length - 1;
    int at = hash(id) & mask;
    while (sparseValues[at] != ABSENT && sparseIds[at] != id) {
      at = (at + 1) & mask;
    }
    return at;
  }

  /** Removal that closes the gap, so that later entries of the run are still found. */
  private void removeSparse(int removed) {
    int mask = sparseIds.length - 1;
    int gap = removed;
    sparseCount--;
    sparseValues[gap] = ABSENT;
    for (int at = (gap + 1) & mask; sparseValues[at] != ABSENT; at = (at + 1) & mask) {
      int home = hash(sparseIds[at]) & mask;
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        sparseIds[gap] = sparseIds[at];
        sparseValues[gap] = sparseValues[at];
        sparseValues[at] = ABSENT;
        gap = at;
      }
    }
  }

  private void rehash(int capacity) {
    int[] ids = sparseIds;
    int[] values = sparseValues;
    sparseIds = new int[capacity];
    sparseValues = filled(capacity);
    for (int i = 0; i < ids.length; i++) {
      if (values[i] != ABSENT) {
        int at = find(ids[i]);
        sparseIds[at] = ids[i];
        sparseValues[at] = values[i];
      }
    }
  }

  private static int hash(int id) {
    int h = id * 0x9E37_79B9;
    return h ^ (h >>> 16);
  }

  private static int[] filled(int length) {
    int[] array = new int[length];
    Arrays.fill(array, ABSENT);
    return array;
  }
}
