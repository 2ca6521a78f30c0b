// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** The numbers that the rows born in one table in one tick get: what handles read afterwards. */
final class Births {
  private final String table;
  private final long tick;
  private int[] ids;
  private int[] gens;
  private boolean applied;

  Births(String table, long tick) {
    this.table = table;
    this.tick = tick;
  }

  void assign(int[] newIds, int[] newGens) {
    ids = newIds;
    gens = newGens;
  }

  boolean isAssigned() {
    return ids != null;
  }

  void applied() {
    applied = true;
  }

  /** The number a row gets; known once cleanup has assigned numbers. */
  int assignedId(int row) {
    return ids[row];
  }

  int assignedGen(int row) {
    return gens[row];
  }

  int id(int row) {
    checkApplied();
    return ids[row];
  }

  int gen(int row) {
    checkApplied();
    return gens[row];
  }

  private void checkApplied() {
    if (!applied) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read the id of a row born in table '%s' at tick %d: it is given when the tick ends, and none if the tick is refused; within the tick use the handle itself",
              table, tick));
    }
  }

  /** How messages name the row. */
  String describe(int row) {
    return Text.of("the row born in table '%s' at tick %d as its number %d", table, tick, row + 1);
  }
}
