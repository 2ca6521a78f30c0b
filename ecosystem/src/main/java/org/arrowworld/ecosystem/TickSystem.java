// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.Set;
import org.arrowworld.tick.Tick;

/**
 * One step of a tick: a function of what it reads that changes what it writes and nothing else.
 * Sets name columns and keys as the log does; {@code plan.*} is what an earlier step of the same
 * tick left in the {@link TickPlan}.
 */
interface TickSystem {
  /** Its name, as the documentation has it. */
  String name();

  Set<String> reads();

  Set<String> writes();

  void run(Tick mutations, TickPlan plan);
}
