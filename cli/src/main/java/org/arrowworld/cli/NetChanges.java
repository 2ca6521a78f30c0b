// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.internal.Text;
import org.arrowworld.timeline.NetChange;

/** Counts the net changes between two ticks and keeps the first ones to show. */
final class NetChanges {
  private final int most;
  private final List<NetChange> first = new ArrayList<>();
  private long count;

  /**
   * None yet.
   *
   * @param most how many to show
   */
  NetChanges(int most) {
    this.most = most;
  }

  void add(NetChange change) {
    if (count++ < most) {
      first.add(change);
    }
  }

  long count() {
    return count;
  }

  void print(Console console, Report.Format format, TickSpan ticks) {
    new Report()
        .json("equal", count == 0)
        .json("first_tick", ticks.first())
        .json("last_tick", ticks.last())
        .json("changes", count)
        .json("rows", first.stream().map(NetChanges::json).toList())
        .line("compared", Text.of("tick %d with tick %d", ticks.first(), ticks.last()))
        .line("result", count == 0 ? "equal" : count + " changes")
        .print(console, format);
    if (format == Report.Format.TEXT) {
      for (NetChange c : first) {
        DiffVerb.printRow(console, c.key(), c.entity().id(), c.before(), c.after());
      }
      DiffVerb.noteMore(console, count - first.size());
    }
  }

  private static Map<String, Object> json(NetChange c) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("table", DiffVerb.table(c.key()));
    row.put("column", DiffVerb.column(c.key()));
    row.put("id", Integer.toUnsignedLong(c.entity().id()));
    row.put("gen", Integer.toUnsignedLong(c.entity().gen()));
    row.put("before", c.before());
    row.put("after", c.after());
    return row;
  }
}
