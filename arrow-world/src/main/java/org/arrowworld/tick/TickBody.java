// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.tick;

/**
 * What a tick does. If it throws, the tick is as if it had never begun.
 *
 * @param <E> what it may throw
 */
@FunctionalInterface
public interface TickBody<E extends Exception> {

  /** Puts the changes of one tick together. */
  void run(Tick tick) throws E;
}
