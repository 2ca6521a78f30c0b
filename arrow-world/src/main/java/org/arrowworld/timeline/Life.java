package org.arrowworld.timeline;

import java.util.Optional;
import java.util.OptionalLong;
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
    Optional<EntityRef> parent) {}
