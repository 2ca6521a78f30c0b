// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Serializable;

/**
 * A place in the log: after a committed tick.
 *
 * @param tick the tick, -1 before the first
 * @param seq rows up to and including its commit row
 * @param chain its digest, as a little-endian u64
 */
public record LogPosition(long tick, long seq, long chain) implements Serializable {
  /** Before the first row. */
  public static final LogPosition START = new LogPosition(-1, 0, 0);
}
