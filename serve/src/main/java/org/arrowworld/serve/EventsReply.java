// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.timeline.Query;
import org.arrowworld.timeline.Row;
import org.arrowworld.timeline.TickRange;

/** Rows of event keys, or of one key of any kind, in log order. */
final class EventsReply {
  static final Set<String> NAMES = Set.of("key", "from", "to", "id", "most", "view");
  private static final int MOST_ROWS = 100_000;

  private EventsReply() {}

  static void write(ServedRun run, RequestQuery asked, Reply reply) throws IOException {
    int most = asked.count("most", 1000, 1, MOST_ROWS);
    TickRange ticks = asked.ticks(0, Long.MAX_VALUE);
    Optional<Integer> id = asked.text("id").map(t -> asked.id("id"));
    try (ServedRun.Lease lease =
        run.lease(Long.MAX_VALUE, asked.text("view").map(v -> v + "/events"))) {
      reply.of(lease);
      Optional<String> key = asked.text("key");
      Query<Row> rows =
          key.isPresent() ? lease.store().rows(key.get(), ticks) : lease.store().events(ticks);
      List<Object> list = new ArrayList<>();
      boolean[] more = {false};
      rows.until(
          row -> {
            if (id.isPresent() && row.id() != id.get()) {
              return true;
            }
            more[0] = list.size() == most;
            if (!more[0]) {
              list.add(json(row));
            }
            return !more[0];
          });
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("rows", list);
      json.put("more", more[0]);
      reply.json(json);
    }
  }

  private static Map<String, Object> json(Row row) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tick", row.tick());
    json.put("key", row.key().name());
    json.put("id", Integer.toUnsignedLong(row.id()));
    json.put("value", Exact.json(row.value()));
    json.put("refers_to", row.key().refersTo().orElse(null));
    return json;
  }
}
