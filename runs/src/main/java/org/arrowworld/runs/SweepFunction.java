// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

/** Makes one run of a sweep. */
public interface SweepFunction {
  /**
   * Begins the run's store, or goes on with it, and closes it; returning means that the run is
   * done. It is called again, with the store as it is, for a run that was interrupted, also after
   * its last tick: so it runs while ticks are lacking, and not a number of them. Calls for other
   * runs come on other threads at the same time.
   *
   * @throws Exception if the run fails; its message is kept
   */
  void run(SweepRun run) throws Exception;
}
