// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.util.Optional;
import java.util.OptionalLong;
import org.arrowworld.internal.Text;
import org.arrowworld.table.EntityRef;

/**
 * One life of an id.
 *
 * @param entity who
 * @param born tick of the birth; empty if it lies before the log
 * @param died tick of the death; empty for the living
 * @param cause what it died of, if the log tells
 * @param parent whose child it is, if the log tells
 */
public record Life(
    EntityRef entity,
    OptionalLong born,
    OptionalLong died,
    Optional<String> cause,
    Optional<EntityRef> parent) {

  /** For people: who, when, of what and whose child. */
  @Override
  public String toString() {
    return Text.of(
        "%s: born %s, %s%s%s",
        named(entity),
        born.isPresent() ? "at tick " + born.getAsLong() : "before the log",
        died.isPresent() ? "died at tick " + died.getAsLong() : "lives",
        cause.map(word -> " of " + word).orElse(""),
        parent.map(of -> ", child of " + named(of)).orElse(""));
  }

  static String named(EntityRef entity) {
    return Integer.toUnsignedString(entity.id()) + " gen " + Integer.toUnsignedString(entity.gen());
  }
}
