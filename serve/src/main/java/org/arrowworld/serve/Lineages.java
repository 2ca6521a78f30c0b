// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.table.EntityRef;
import org.arrowworld.timeline.Life;

/** All lives of a table, by id and by parent. */
final class Lineages {
  /** More are not held: they are found by a pass over the log each time. */
  static final int MOST_LIVES = 1_000_000;

  private final Map<Integer, List<Life>> byId = new HashMap<>();
  private final Map<EntityRef, List<Life>> children = new HashMap<>();

  /** The lives of a table, or empty if there are too many to hold. */
  static Optional<Lineages> of(Store store, String table) throws IOException {
    Lineages found = new Lineages();
    int[] count = {0};
    store.lives(table).until(life -> found.add(life) && ++count[0] <= MOST_LIVES);
    return count[0] > MOST_LIVES ? Optional.empty() : Optional.of(found);
  }

  private boolean add(Life life) {
    byId.computeIfAbsent(life.entity().id(), id -> new ArrayList<>(1)).add(life);
    life.parent()
        .ifPresent(p -> children.computeIfAbsent(p, parent -> new ArrayList<>(2)).add(life));
    return true;
  }

  /** All lives of an id by birth. */
  List<Life> lives(int id) {
    return byId.getOrDefault(id, List.of());
  }

  /** A life of an id; the last one in a table without generations. */
  Life life(String table, EntityRef entity) {
    Optional<Life> life = lastBorn(entity, Long.MAX_VALUE);
    if (life.isPresent()) {
      return life.get();
    }
    throw new InvalidUseException(
        Text.of(
            "The log has no %s %s in generation %s",
            table, Integer.toUnsignedString(entity.id()), Integer.toUnsignedString(entity.gen())));
  }

  /** Who was born last at or before a tick, if anybody. */
  private Optional<Life> lastBorn(EntityRef entity, long tick) {
    return lives(entity.id()).stream()
        .filter(l -> l.entity().equals(entity) && l.born().orElse(-1) <= tick)
        .reduce((older, younger) -> younger);
  }

  /** Its children by birth. */
  List<Life> children(EntityRef entity) {
    return children.getOrDefault(entity, List.of());
  }

  /** Its parent, that one's parent, and so on, at most so many. */
  List<Life> ancestors(Life life, int most) {
    List<Life> found = new ArrayList<>();
    Optional<Life> child = Optional.of(life);
    while (child.flatMap(Life::parent).isPresent() && found.size() < most) {
      long born = child.get().born().orElse(Long.MAX_VALUE);
      child = lastBorn(child.get().parent().get(), born);
      child.ifPresent(found::add);
    }
    return found;
  }
}
