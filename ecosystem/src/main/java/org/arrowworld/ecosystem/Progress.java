// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

/** Hears of each tick a run has committed, on the run's thread. */
public interface Progress {
  /** Says nothing. */
  Progress NONE = (done, of, population) -> {};

  /**
   * A tick was committed.
   *
   * @param doneTicks ticks this run has committed
   * @param ofTicks ticks it was asked for
   * @param population the world's population now
   */
  void committed(long doneTicks, long ofTicks, PopulationRow population);
}
