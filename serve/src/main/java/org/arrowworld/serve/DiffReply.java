// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.Store;
import org.arrowworld.timeline.StoreDiff;

/** The first difference of two runs, or the net changes of one between two ticks. */
final class DiffReply {
  static final Set<String> NAMES = Set.of("other", "from", "to", "key", "most");
  private static final int MOST_ROWS = 10_000;

  /** Of two runs, so many rows of the first tick that differs are counted by key. */
  private static final int MOST_COUNTED = 100_000;

  private DiffReply() {}

  static void write(ServedRuns runs, ServedRun run, RequestQuery asked, Reply reply)
      throws IOException {
    int most = asked.count("most", 100, 0, MOST_ROWS);
    if (asked.text("other").isPresent()) {
      compare(run, runs.run(asked.required("other")), new Rows(asked.text("key"), most), reply);
    } else {
      between(run, asked, new Rows(asked.text("key"), most), reply);
    }
  }

  private static void compare(ServedRun left, ServedRun right, Rows rows, Reply reply)
      throws IOException {
    try (ServedRun.Lease lease = left.lease(Long.MAX_VALUE);
        Store other = Store.open(right.path())) {
      reply.of(lease);
      StoreDiff.Report found = lease.store().diff(other, MOST_COUNTED);
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("outcome", found.outcome().name().toLowerCase(Locale.ROOT));
      json.put("first_compared", found.firstCompared());
      json.put("last_equal", found.lastEqual().isPresent() ? found.lastEqual().getAsLong() : null);
      json.put("tick", found.tick().isPresent() ? found.tick().getAsLong() : null);
      json.put("count", found.differenceCount());
      found.differences().forEach(d -> rows.add(d.key(), d.id(), d.left(), d.right()));
      rows.tell(json);
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

  private static void between(ServedRun run, RequestQuery asked, Rows rows, Reply reply)
      throws IOException {
    asked.required("from");
    asked.required("to");
    try (ServedRun.Lease lease =
        run.lease(Math.max(asked.number("from", 0), asked.number("to", 0)))) {
      reply.of(lease);
      long[] count = {0};
      lease
          .store()
          .between(asked.number("from", 0), asked.number("to", 0))
          .forEach(
              change -> {
                count[0]++;
                rows.add(change.key(), change.entity().id(), change.before(), change.after());
              });
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("count", count[0]);
      rows.tell(json);
      reply.json(json);
    }
  }

  /** The first rows that differ, of one key where one is named, and how many there are by key. */
  private static final class Rows {
    private final Optional<String> wanted;
    private final int most;
    private final List<Object> rows = new ArrayList<>();
    private final Map<String, long[]> byKey = new LinkedHashMap<>();

    Rows(Optional<String> wanted, int most) {
      this.wanted = wanted;
      this.most = most;
    }

    void add(String key, int id, Object left, Object right) {
      byKey.computeIfAbsent(key, k -> new long[3])[left == null ? 2 : right == null ? 1 : 0]++;
      if (rows.size() < most && wanted.map(key::equals).orElse(true)) {
        rows.add(row(key, id, left, right));
      }
    }

    void tell(Map<String, Object> json) {
      List<Object> keys = new ArrayList<>();
      byKey.forEach(
          (key, counts) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("key", key);
            entry.put("differ", counts[0]);
            entry.put("only_left", counts[1]);
            entry.put("only_right", counts[2]);
            keys.add(entry);
          });
      json.put("keys", keys);
      json.put("rows", rows);
    }
  }
}
