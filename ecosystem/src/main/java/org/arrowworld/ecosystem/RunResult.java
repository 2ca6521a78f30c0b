// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.concurrent.TimeUnit;

/**
 * What a run did.
 *
 * @param preset name of the store's preset
 * @param seed the store's seed
 * @param lastTick the last committed tick of the store
 * @param ticks ticks this run committed, tick 0 not counted
 * @param triples rows it logged, those of tick 0 included if it began the store
 * @param logTriples rows in the whole log
 * @param logBytes size of the whole log, sealed
 * @param population how the population fared in this run
 * @param hashWorld {@code hash_world} after the last tick
 * @param elapsedNanos wall-clock time of the ticks, their snapshots and the sealing
 * @param stopped whether it was stopped before its last tick
 */
public record RunResult(
    String preset,
    long seed,
    long lastTick,
    long ticks,
    long triples,
    long logTriples,
    long logBytes,
    PopulationSummary population,
    String hashWorld,
    long elapsedNanos,
    boolean stopped) {

  /** Ticks committed in a second of wall-clock time. */
  public double ticksPerSecond() {
    return perSecond(ticks);
  }

  /** Rows logged in a second of wall-clock time. */
  public double triplesPerSecond() {
    return perSecond(triples);
  }

  private double perSecond(long count) {
    return elapsedNanos == 0 ? 0 : count * (double) TimeUnit.SECONDS.toNanos(1) / elapsedNanos;
  }
}
