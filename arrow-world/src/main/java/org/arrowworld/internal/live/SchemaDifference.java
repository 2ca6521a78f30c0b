// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/** The first difference of two schemas, in plain words. */
public final class SchemaDifference {
  private SchemaDifference() {}

  /**
   * What of a given schema is not as in the store's.
   *
   * @return empty if they are equal
   */
  public static Optional<String> of(WorldSchema given, WorldSchema stored) {
    if (given.equals(stored)) {
      return unit(given, stored);
    }
    return Optional.of(difference("", plain(given), plain(stored)));
  }

  /** A unit that is given must be the store's; docs, and units not given, are for people. */
  private static Optional<String> unit(WorldSchema given, WorldSchema stored) {
    for (TableSchema table : given.tables()) {
      List<Column> columns = stored.table(table.name()).columns();
      for (int i = 0; i < columns.size(); i++) {
        Column ours = table.columns().get(i);
        Optional<String> theirs = columns.get(i).unit();
        if (ours.unit().isPresent() && !ours.unit().equals(theirs)) {
          return Optional.of(
              Text.of(
                  "tables '%s' columns '%s': unit is %s, the store's is %s",
                  table.name(), ours.name(), ours.unit().get(), said(theirs.orElse(null))));
        }
      }
    }
    return Optional.empty();
  }

  /** As {@code store.json} has it, but for what makes no difference. */
  private static Map<String, Object> plain(WorldSchema schema) {
    List<TableSchema> tables = new ArrayList<>();
    for (TableSchema t : schema.tables()) {
      List<Column> columns = t.columns().stream().map(c -> c.withUnit("").withDoc("")).toList();
      tables.add(t.withColumns(columns));
    }
    return SchemaJson.schema(new WorldSchema(schema.version(), tables, schema.inputs()));
  }

  /** Of two unequal trees as {@code store.json} has them. */
  private static String difference(String where, Object given, Object stored) {
    if (given instanceof Map<?, ?> ours && stored instanceof Map<?, ?> theirs) {
      List<Object> names = new ArrayList<>(theirs.keySet());
      ours.keySet().stream().filter(name -> !theirs.containsKey(name)).forEach(names::add);
      for (Object name : names) {
        Object left = ours.get(name);
        Object right = theirs.get(name);
        if (!Objects.equals(left, right)) {
          return left instanceof List<?> || left instanceof Map<?, ?>
              ? difference(where + " " + name, left, right)
              : at(where, Text.of("%s is %s, the store's is %s", name, said(left), said(right)));
        }
      }
    }
    if (given instanceof List<?> ours && stored instanceof List<?> theirs) {
      return difference(where, ours, theirs);
    }
    return at(where, Text.of("%s, the store's is %s", said(given), said(stored)));
  }

  private static String difference(String where, List<?> given, List<?> stored) {
    int common = Math.min(given.size(), stored.size());
    for (int i = 0; i < common; i++) {
      Object left = given.get(i);
      Object right = stored.get(i);
      if (!left.equals(right)) {
        boolean same = Objects.equals(name(left), name(right));
        return same && left instanceof Map<?, ?>
            ? difference(where + " '" + name(left) + "'", left, right)
            : at(
                where,
                Text.of(
                    "'%s' at place %d, where the store has '%s'", name(left), i + 1, name(right)));
      }
    }
    return given.size() > stored.size()
        ? at(where, Text.of("'%s', which the store has not", name(given.get(common))))
        : at(where, Text.of("no '%s', which the store has", name(stored.get(common))));
  }

  private static String at(String where, String text) {
    return where.isEmpty() ? text : where.strip() + ": " + text;
  }

  private static Object name(Object element) {
    return element instanceof Map<?, ?> map ? map.get("name") : element;
  }

  private static String said(Object value) {
    return value == null ? "not set" : value.toString();
  }
}
