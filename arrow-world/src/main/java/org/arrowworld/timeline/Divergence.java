// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.schema.Values;
import org.arrowworld.snapshot.Snapshot;

/** Names the first difference between a replayed world and a snapshot: table, column, entity. */
final class Divergence {
  private Divergence() {}

  static String describe(MutableWorld replayed, Snapshot snapshot) throws IOException {
    String[] first = {"no difference"};
    RowDiff.compare(
        replayed.tables(),
        snapshot.tables(),
        d -> {
          first[0] = describe(replayed.tick(), d);
          return false;
        });
    return first[0];
  }

  private static String describe(long tick, RowDiff.Difference d) {
    String where =
        Text.of(
            "tick %d, table %s, %s %s in generation %s",
            tick,
            d.table(),
            d.table(),
            Integer.toUnsignedString(d.entity().id()),
            Integer.toUnsignedString(d.entity().gen()));
    return switch (d.kind()) {
      case ONLY_LEFT -> where + ": lives by replay, not in the snapshot";
      case ONLY_RIGHT -> where + ": lives in the snapshot, not by replay";
      case SLOT ->
          Text.of("%s: in row %d by replay, %d in the snapshot", where, d.left(), d.right());
      case VALUE ->
          Text.of(
              "%s, column %s: %s by replay, %s in the snapshot (bits %016x and %016x)",
              where,
              d.column().name(),
              Values.decode(d.column().type(), d.left()),
              Values.decode(d.column().type(), d.right()),
              d.left(),
              d.right());
    };
  }
}
