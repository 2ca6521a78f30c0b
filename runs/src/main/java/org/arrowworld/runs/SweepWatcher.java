// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.util.Optional;

/** Learns how a sweep goes on. Calls come one at a time, on the jobs' threads. */
public interface SweepWatcher {
  /** Does nothing. */
  SweepWatcher NONE = (run, failure, ended, of) -> {};

  /**
   * A run has ended.
   *
   * @param run its name
   * @param failure why it failed; empty if it is done
   * @param ended how many runs of the plan have, those of earlier starts included
   * @param of how many the plan has
   */
  void ended(String run, Optional<String> failure, int ended, int of);
}
