// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.time.Duration;

/**
 * How often and how long a reader of a published store waits for what it asks for.
 *
 * @param attempts how often the same is asked for, at least once
 * @param pause before the second attempt; four times as long before each further one
 * @param limit for one attempt; as much again for each 4 MiB that are asked for
 */
public record Patience(int attempts, Duration pause, Duration limit) {
  /** Four attempts within some seconds, half a minute each. */
  public static final Patience USUAL =
      new Patience(4, Duration.ofMillis(100), Duration.ofSeconds(30));

  /** How long one attempt may take. */
  public Duration limitFor(long bytes) {
    return limit.plusMillis((limit.toMillis() * bytes) >> 22);
  }
}
