// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.util.List;
import java.util.Optional;

/**
 * What became of a sweep.
 *
 * @param runs the runs of the plan, as they are now
 * @param started how many of them this start worked on
 * @param stopped why it stopped before all had ended; empty if it did not
 */
public record SweepReport(List<Run> runs, int started, Optional<String> stopped) {

  /** How many runs are in a state. */
  public long count(RunState state) {
    return runs.stream().filter(run -> run.state() == state).count();
  }

  /** Whether all runs are done. */
  public boolean isDone() {
    return count(RunState.DONE) == runs.size();
  }
}
