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

  /** A life of an id. */
  Life life(String table, EntityRef entity) {
    for (Life life : lives(entity.id())) {
      if (life.entity().equals(entity)) {
        return life;
      }
    }
    throw new InvalidUseException(
        Text.of(
            "The log has no %s %s in generation %s",
            table, Integer.toUnsignedString(entity.id()), Integer.toUnsignedString(entity.gen())));
  }

  /** Its children by birth. */
  List<Life> children(EntityRef entity) {
    return children.getOrDefault(entity, List.of());
  }

  /** Its parent, that one's parent, and so on, at most so many. */
  List<Life> ancestors(Life life, int most) {
    List<Life> found = new ArrayList<>();
    Optional<EntityRef> parent = life.parent();
    while (parent.isPresent() && found.size() < most) {
      EntityRef wanted = parent.get();
      Optional<Life> next =
          lives(wanted.id()).stream().filter(l -> l.entity().equals(wanted)).findFirst();
      next.ifPresent(found::add);
      parent = next.flatMap(Life::parent);
    }
    return found;
  }
}
