package org.arrowworld.timeline;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.arrowworld.table.EntityRef;

/**
 * Where an entity came from and what came of it.
 *
 * @param self its own life
 * @param ancestors its parent, that one's parent, and so on, as far as the log tells
 * @param children in order of birth
 */
public record Family(Life self, List<Life> ancestors, List<Life> children) {

  /**
   * One life.
   *
   * @param entity who
   * @param born tick of the birth; empty if it lies before the log
   * @param died tick of the death; empty for the living
   * @param cause what it died of, if the log tells
   */
  public record Life(
      EntityRef entity, OptionalLong born, OptionalLong died, Optional<String> cause) {}
}
