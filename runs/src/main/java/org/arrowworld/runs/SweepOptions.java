// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * How a sweep runs.
 *
 * @param jobs runs at the same time, each on a thread of its own
 * @param memoryPerJobBytes Arrow memory a run may take at most; one that needs more fails
 * @param failed what becomes of runs that failed in an earlier start
 */
public record SweepOptions(int jobs, long memoryPerJobBytes, Failed failed) {
  /** What becomes of runs that failed in an earlier start. */
  public enum Failed {
    /** They stay as they are. */
    KEEP,
    /** They go on where they stopped. */
    RETRY
  }

  /** A job for each processor, 1 GiB each; failed runs stay failed. */
  public static final SweepOptions DEFAULT =
      new SweepOptions(Runtime.getRuntime().availableProcessors(), 1L << 30, Failed.KEEP);

  public SweepOptions {
    if (jobs < 1 || jobs > 1024) {
      throw new InvalidUseException(
          Text.of("Cannot run %d jobs at a time: expected 1 to 1024", jobs));
    }
    if (memoryPerJobBytes < 1) {
      throw new InvalidUseException(
          Text.of("Cannot run a job in %d bytes: expected 1 or more", memoryPerJobBytes));
    }
    if (failed == null) {
      throw new InvalidUseException(
          "Cannot start a sweep without saying what becomes of failed runs");
    }
  }

  /** These options with so many runs at a time. */
  public SweepOptions withJobs(int count) {
    return new SweepOptions(count, memoryPerJobBytes, failed);
  }

  /** These options with another bound of memory. */
  public SweepOptions withMemoryPerJob(long bytes) {
    return new SweepOptions(jobs, bytes, failed);
  }

  /** These options with another fate of failed runs. */
  public SweepOptions with(Failed fate) {
    return new SweepOptions(jobs, memoryPerJobBytes, fate);
  }
}
