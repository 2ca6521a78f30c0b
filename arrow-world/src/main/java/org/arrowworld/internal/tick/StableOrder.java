// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

/** The order of rows by a key, equal keys in the order they were made; without boxing. */
final class StableOrder {
  private StableOrder() {}

  /** Indices {@code [0, count)} so that their keys ascend. */
  static int[] of(long[] keys, int count) {
    int[] order = new int[count];
    boolean sorted = true;
    for (int i = 0; i < count; i++) {
      order[i] = i;
      sorted &= i == 0 || keys[i - 1] <= keys[i];
    }
    if (!sorted) {
      mergeSort(order, order.clone(), 0, count, keys);
    }
    return order;
  }

  /** Sorts {@code [from, to)} of the target; the source holds the same indices. */
  private static void mergeSort(int[] target, int[] source, int from, int to, long[] keys) {
    if (to - from < 2) {
      return;
    }
    int middle = (from + to) >>> 1;
    mergeSort(source, target, from, middle, keys);
    mergeSort(source, target, middle, to, keys);
    int left = from;
    int right = middle;
    for (int i = from; i < to; i++) {
      boolean takeLeft =
          right >= to || (left < middle && keys[source[left]] <= keys[source[right]]);
      target[i] = takeLeft ? source[left++] : source[right++];
    }
  }
}
