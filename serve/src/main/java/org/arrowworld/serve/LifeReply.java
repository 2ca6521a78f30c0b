// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.table.EntityRef;
import org.arrowworld.timeline.Change;
import org.arrowworld.timeline.Family;
import org.arrowworld.timeline.HistoryQuery;
import org.arrowworld.timeline.Life;

/** The life of one entity: its family, and what happened to it. */
final class LifeReply {
  static final Set<String> LIFE = Set.of("table", "id", "gen", "most");
  static final Set<String> HISTORY = Set.of("table", "id", "gen", "from", "to", "columns", "most");
  private static final int MOST_KIN = 10_000;
  private static final int MOST_ROWS = 200_000;

  private LifeReply() {}

  /** Birth, death, cause, ancestors, children, and the other lives of the id. */
  static void life(ServedRun run, RequestQuery asked, Reply reply) throws IOException {
    String table = asked.required("table");
    int id = asked.id("id");
    int most = asked.count("most", 100, 0, MOST_KIN);
    try (ServedRun.Lease lease = run.lease(Long.MAX_VALUE)) {
      reply.of(lease);
      TableSchema schema = lease.store().schema().table(table);
      Optional<Lineages> known =
          lease
              .lineages()
              .get(table, lease.reader().end(), () -> Lineages.of(lease.store(), table));
      EntityRef entity = new EntityRef(id, generation(asked, schema, known, id));
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("table", table);
      if (known.isPresent() && schema.hasGenerations()) {
        Life life = known.get().life(table, entity);
        tell(json, life, known.get().ancestors(life, most), known.get().children(entity), most);
        json.put("lives", lives(known.get().lives(id), most));
      } else { // without generations an entity alone does not tell which life a parent was
        Family family = lease.store().family(table, entity);
        tell(json, family.self(), family.ancestors(), family.children(), most);
        json.put("lives", lives(known.map(k -> k.lives(id)).orElse(List.of(family.self())), most));
      }
      reply.json(json);
    }
  }

  private static int generation(
      RequestQuery asked, TableSchema table, Optional<Lineages> known, int id) {
    OptionalInt gen = asked.generation();
    if (gen.isPresent() || !table.hasGenerations()) {
      return gen.orElse(0);
    }
    List<Life> lives = known.map(k -> k.lives(id)).orElse(List.of());
    if (lives.isEmpty()) {
      throw Problem.badRequest(
          Text.of(
              "The log has no %s %s that could be told without 'gen'",
              table.name(), Integer.toUnsignedString(id)));
    }
    return lives.get(lives.size() - 1).entity().gen();
  }

  private static void tell(
      Map<String, Object> json, Life life, List<Life> ancestors, List<Life> children, int most) {
    json.putAll(life(life));
    json.put("ancestors", lives(ancestors, most));
    json.put("children", lives(children, most));
    json.put("child_count", children.size());
  }

  private static List<Object> lives(List<Life> lives, int most) {
    List<Object> list = new ArrayList<>();
    lives.stream().limit(most).forEach(life -> list.add(life(life)));
    return list;
  }

  private static Map<String, Object> life(Life life) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", Integer.toUnsignedLong(life.entity().id()));
    json.put("gen", Integer.toUnsignedLong(life.entity().gen()));
    json.put("born", life.born().isPresent() ? life.born().getAsLong() : null);
    json.put("died", life.died().isPresent() ? life.died().getAsLong() : null);
    json.put("cause", life.cause().orElse(null));
    json.put(
        "parent",
        life.parent()
            .map(
                p ->
                    Map.of(
                        "id",
                        Integer.toUnsignedLong(p.id()),
                        "gen",
                        Integer.toUnsignedLong(p.gen())))
            .orElse(null));
    return json;
  }

  /** Events, births, deaths and the wanted columns' values of an entity, in log order. */
  static void history(ServedRun run, RequestQuery asked, Reply reply) throws IOException {
    String table = asked.required("table");
    int most = asked.count("most", 20_000, 1, MOST_ROWS);
    try (ServedRun.Lease lease = run.lease(Long.MAX_VALUE)) {
      reply.of(lease);
      TableSchema schema = lease.store().schema().table(table);
      Collected collected = new Collected(schema, asked.list("columns"), most);
      OptionalInt gen = schema.hasGenerations() ? asked.generation() : OptionalInt.empty();
      HistoryQuery query =
          HistoryQuery.of(table, asked.id("id"))
              .between(asked.number("from", 0), asked.number("to", Long.MAX_VALUE));
      lease
          .store()
          .history(gen.isPresent() ? query.withGeneration(gen.getAsInt()) : query)
          .until(collected::add);
      reply.json(collected.json());
    }
  }

  private static final class Collected {
    private final String prefix;
    private final Map<String, List<Object>> ticks = new LinkedHashMap<>();
    private final Map<String, List<Object>> values = new LinkedHashMap<>();
    private final List<Object> events = new ArrayList<>();
    private final int most;
    private int rows;

    Collected(TableSchema table, List<String> columns, int most) {
      this.prefix = table.name() + ".";
      this.most = most;
      for (String column : columns) {
        String key = prefix + Wanted.column(table, column).name();
        ticks.put(key, new ArrayList<>());
        values.put(key, new ArrayList<>());
      }
    }

    boolean add(Change change) {
      String key = change.key().name();
      if (change.key().kind() != KeyKind.VALUE) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("tick", change.tick());
        event.put("key", key);
        event.put("kind", change.key().kind().label());
        event.put("value", Exact.json(change.value()));
        event.put("refers_to", change.key().refersTo().orElse(null));
        change.generation().ifPresent(gen -> event.put("gen", gen));
        events.add(event);
        rows++;
      } else if (ticks.containsKey(key)) {
        ticks.get(key).add(change.tick());
        values.get(key).add(Exact.json(change.value()));
        rows++;
      }
      return rows < most;
    }

    Map<String, Object> json() {
      Map<String, Object> columns = new LinkedHashMap<>();
      ticks.forEach(
          (key, list) ->
              columns.put(
                  key.substring(prefix.length()),
                  Map.of("ticks", list, "values", values.get(key))));
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("events", events);
      json.put("columns", columns);
      json.put("whole", rows < most);
      return json;
    }
  }
}
