// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

/** Which rows of a history are births (spec T-50). */
final class HistoryBirths {
  private HistoryBirths() {}

  /** The rows of the table at which somebody is born. */
  static BitSet of(HistoryRows rows, HistoryOptions.Absence absence) {
    BitSet births = new BitSet();
    Set<Integer> living = new HashSet<>();
    int to;
    for (int from = 0; from < rows.count(); from = to) {
      Set<Integer> present = new HashSet<>();
      long tick = rows.tick(rows.row(from));
      for (to = from; to < rows.count() && rows.tick(rows.row(to)) == tick; to++) {
        int row = rows.row(to);
        present.add(rows.id(row));
        births.set(row, !living.contains(rows.id(row)));
      }
      if (absence == HistoryOptions.Absence.LIVES_ON) {
        living.addAll(present);
      } else {
        living = present;
      }
    }
    return births;
  }
}
