// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import java.util.Arrays;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.IdPolicy;

/**
 * Which ids of a row table may be born next, and the generations of those that died (spec O-10 to
 * O-12).
 */
final class IdAllocator {
  private final IdPolicy policy;
  private final boolean generations;
  private int[] stack = new int[16];
  private int depth;
  private int nextId;
  private final IdMap lastGeneration = new IdMap();

  IdAllocator(IdPolicy policy, boolean generations) {
    this.policy = policy;
    this.generations = generations;
  }

  /** The next id that never lived. */
  int nextId() {
    return nextId;
  }

  /** Free ids on the stack. */
  int depth() {
    return depth;
  }

  /** The free id at a height above the stack's bottom. */
  int free(int height) {
    return stack[height];
  }

  /** The generation an id gets at its next birth. */
  int generationOf(int id) {
    return generations ? lastGeneration.get(id) + 1 : 0;
  }

  /** The ids the snapshot lists: the stack from the bottom, or the dead external ids, ascending. */
  int[] freeIds() {
    if (policy == IdPolicy.ALLOCATED) {
      return Arrays.copyOf(stack, depth);
    }
    return generations ? lastGeneration.sortedIds() : new int[0];
  }

  /** The generation a dead id last lived in. */
  int lastGeneration(int id) {
    return Math.max(0, lastGeneration.get(id));
  }

  void restore(int next, int[] ids, int[] gens) {
    nextId = next;
    for (int i = 0; i < ids.length; i++) {
      if (policy == IdPolicy.ALLOCATED) {
        push(ids[i]);
      }
      if (generations) {
        lastGeneration.put(ids[i], gens[i]);
      }
    }
  }

  /** Takes note of a birth, which must follow the policy. */
  void born(int id) {
    if (policy == IdPolicy.EXTERNAL) {
      lastGeneration.remove(id);
      return;
    }
    int expected = depth > 0 ? stack[depth - 1] : nextId;
    if (id != expected) {
      throw new InvalidUseException(
          Text.of(
              "Cannot give birth to id %s: expected %s, the %s",
              Integer.toUnsignedString(id),
              Integer.toUnsignedString(expected),
              depth > 0 ? "top of the free stack" : "next new id"));
    }
    if (depth > 0) {
      depth--;
      lastGeneration.remove(id);
    } else {
      nextId++;
    }
  }

  void died(int id, int generation) {
    if (generations) {
      lastGeneration.put(id, generation);
    }
    if (policy == IdPolicy.ALLOCATED && generations) {
      push(id);
    }
  }

  private void push(int id) {
    if (depth == stack.length) {
      stack = Arrays.copyOf(stack, depth * 2);
    }
    stack[depth++] = id;
  }
}
