package org.arrowworld.imports.trajectories;

import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * What the fields of a line are: {@code id}, {@code tick}, values, or {@code _} for a field that is
 * not wanted.
 *
 * @param fields names in the order of the file
 */
public record ColumnMap(List<String> fields) {
  static final String ID = "id";
  static final String TICK = "tick";
  static final String SKIP = "_";

  public ColumnMap {
    fields = List.copyOf(fields);
    for (String required : List.of(ID, TICK)) {
      if (fields.stream().filter(required::equals).count() != 1) {
        throw new InvalidUseException(
            Text.of(
                "Cannot map columns %s: expected exactly one '%s'",
                String.join(",", fields), required));
      }
    }
  }

  /** Parses {@code id,tick,x,y,z}. */
  public static ColumnMap parse(String text) {
    List<String> names = new ArrayList<>();
    for (String name : text.split(",", -1)) {
      names.add(name.strip());
    }
    return new ColumnMap(names);
  }

  /** Names of the value columns, in order. */
  List<String> values() {
    return fields.stream().filter(n -> !List.of(ID, TICK, SKIP).contains(n)).toList();
  }

  int idField() {
    return fields.indexOf(ID);
  }

  int tickField() {
    return fields.indexOf(TICK);
  }

  /** Per value column the field it comes from. */
  int[] valueFields() {
    return values().stream().mapToInt(fields::indexOf).toArray();
  }
}
