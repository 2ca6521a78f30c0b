// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.arrowworld.Store;
import org.arrowworld.timeline.NetChange;
import org.arrowworld.timeline.StoreDiff;

/** The first difference of two runs, or the net changes of one between two ticks. */
final class DiffReply {
  static final Set<String> NAMES = Set.of("other", "from", "to", "most");
  private static final int MOST_ROWS = 10_000;

  private DiffReply() {}

  static void write(ServedRuns runs, ServedRun run, RequestQuery asked, Reply reply)
      throws IOException {
    int most = asked.count("most", 100, 0, MOST_ROWS);
    if (asked.text("other").isPresent()) {
      compare(run, runs.run(asked.required("other")), most, reply);
    } else {
      between(run, asked, most, reply);
    }
  }

  private static void compare(ServedRun left, ServedRun right, int most, Reply reply)
      throws IOException {
    try (ServedRun.Lease lease = left.lease(Long.MAX_VALUE);
        Store other = Store.open(right.path())) {
      reply.of(lease);
      StoreDiff.Report found = lease.store().diff(other, most);
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("outcome", found.outcome().name().toLowerCase(Locale.ROOT));
      json.put("first_compared", found.firstCompared());
      json.put("last_equal", found.lastEqual().isPresent() ? found.lastEqual().getAsLong() : null);
      json.put("tick", found.tick().isPresent() ? found.tick().getAsLong() : null);
      json.put("count", found.differenceCount());
      List<Object> rows = new ArrayList<>();
      found.differences().forEach(d -> rows.add(row(d.key(), d.id(), d.left(), d.right())));
      json.put("rows", rows);
      reply.json(json);
    }
  }

  private static Map<String, Object> row(String key, int id, Object left, Object right) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("key", key);
    row.put("id", Integer.toUnsignedLong(id));
    row.put("left", Exact.json(left));
    row.put("right", Exact.json(right));
    return row;
  }

  private static void between(ServedRun run, RequestQuery asked, int most, Reply reply)
      throws IOException {
    asked.required("from");
    asked.required("to");
    try (ServedRun.Lease lease =
        run.lease(Math.max(asked.number("from", 0), asked.number("to", 0)))) {
      reply.of(lease);
      List<Object> rows = new ArrayList<>();
      long[] count = {0};
      lease
          .store()
          .between(asked.number("from", 0), asked.number("to", 0))
          .forEach(
              change -> {
                if (count[0]++ < most) {
                  rows.add(json(change));
                }
              });
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("count", count[0]);
      json.put("rows", rows);
      reply.json(json);
    }
  }

  private static Map<String, Object> json(NetChange change) {
    return row(change.key(), change.entity().id(), change.before(), change.after());
  }
}
