// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

/**
 * How the population fared over a run.
 *
 * @param start creatures before its first tick
 * @param end creatures after its last tick
 * @param min the fewest creatures after any tick, or before the first
 * @param max the most
 * @param born creatures born
 * @param died creatures that died, those that split included
 * @param eaten food rows eaten
 */
public record PopulationSummary(
    int start, int end, int min, int max, long born, long died, long eaten) {

  /** A run that has not begun. */
  static PopulationSummary startingWith(int creatures) {
    return new PopulationSummary(creatures, creatures, creatures, creatures, 0, 0, 0);
  }

  PopulationSummary plus(PopulationRow row) {
    return new PopulationSummary(
        start,
        row.creatures(),
        Math.min(min, row.creatures()),
        Math.max(max, row.creatures()),
        born + row.births(),
        died + row.deaths(),
        eaten + row.eaten());
  }
}
