// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

/**
 * How far a log writer is: what is committed, written, and vouched for. The ticking thread commits,
 * the flush thread does the rest; any thread may read.
 */
final class LogProgress {
  private volatile LogPosition committed;
  private volatile LogPosition written;
  private volatile LogPosition acknowledged;

  LogProgress(LogPosition start) {
    committed = start;
    written = start;
    acknowledged = start;
  }

  /** A tick of so many rows is committed. */
  void committed(long tick, long rows) {
    committed = new LogPosition(tick, committed.seq() + rows, 0);
  }

  /** The log is written up to a commit. */
  void written(LogPosition position) {
    written = position;
  }

  /** The durability vouches for what is written. */
  void acknowledge() {
    acknowledged = written;
  }

  /** The last commit; its chain is known once it is written. */
  LogPosition committed() {
    return committed;
  }

  /** The last commit that is written. */
  LogPosition written() {
    return written;
  }

  /** The last commit the durability vouches for. */
  LogPosition acknowledged() {
    return acknowledged;
  }
}
