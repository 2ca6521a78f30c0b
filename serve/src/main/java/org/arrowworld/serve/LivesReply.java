// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.arrowworld.timeline.Life;

/** Everybody who ever lived in a table: columns of lives, and how often each cause ended one. */
final class LivesReply {
  static final Set<String> NAMES = Set.of("table", "most", "view");
  private static final int MOST_LIVES = 200_000;
  private static final List<String> COLUMNS =
      List.of("id", "gen", "born", "died", "cause", "parent", "parent_gen");

  private LivesReply() {}

  static void write(ServedRun run, RequestQuery asked, Reply reply) throws IOException {
    String table = asked.required("table");
    int most = asked.count("most", MOST_LIVES, 0, MOST_LIVES);
    try (ServedRun.Lease lease =
        run.lease(Long.MAX_VALUE, asked.text("view").map(v -> v + "/lives"))) {
      reply.of(lease);
      Map<String, List<Object>> columns = new LinkedHashMap<>();
      COLUMNS.forEach(name -> columns.put(name, new ArrayList<>()));
      Map<String, Long> causes = new TreeMap<>();
      long[] count = {0};
      lease
          .store()
          .lives(table)
          .forEach(
              life -> {
                life.cause().ifPresent(cause -> causes.merge(cause, 1L, Long::sum));
                if (count[0]++ < most) {
                  add(columns, life);
                }
              });
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("count", count[0]);
      json.put("causes", causes);
      json.put("lives", columns);
      reply.json(json);
    }
  }

  private static void add(Map<String, List<Object>> columns, Life life) {
    columns.get("id").add(Integer.toUnsignedLong(life.entity().id()));
    columns.get("gen").add(Integer.toUnsignedLong(life.entity().gen()));
    columns.get("born").add(life.born().isPresent() ? life.born().getAsLong() : null);
    columns.get("died").add(life.died().isPresent() ? life.died().getAsLong() : null);
    columns.get("cause").add(life.cause().orElse(null));
    columns.get("parent").add(life.parent().map(p -> Integer.toUnsignedLong(p.id())).orElse(null));
    columns
        .get("parent_gen")
        .add(life.parent().map(p -> Integer.toUnsignedLong(p.gen())).orElse(null));
  }
}
