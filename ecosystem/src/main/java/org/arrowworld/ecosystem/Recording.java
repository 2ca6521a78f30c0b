// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Log;
import org.arrowworld.table.WorldView;

/**
 * The recorded inputs of a run: the {@code in.*} rows of its log. As a policy, they alone re-run it
 * from tick 0, whatever policy made them.
 */
public final class Recording implements FoodRatePolicy {
  private static final String KEY = "in.food_rate";

  private final Map<Long, List<FoodRate>> rates = new HashMap<>();
  private final long lastTick;

  private Recording(long lastTick) {
    this.lastTick = lastTick;
  }

  /** Reads the inputs of a log, which stays the caller's. */
  public static Recording of(Log log) throws IOException {
    if (log.start().seq() > 0) {
      throw new InvalidUseException(
          Text.of(
              "Cannot take a recording of this log: it begins at seq %d, its first ticks are gone",
              log.start().seq()));
    }
    Recording recording = new Recording(log.end().tick());
    int code = log.keys().key(KEY).code();
    log.scan(
        0,
        Long.MAX_VALUE,
        (batch, from, to) -> {
          for (int row = from; row < to; row++) {
            if (batch.key(row) == code) {
              recording.add(
                  batch.tick(row),
                  new FoodRate(batch.rid(row), Double.longBitsToDouble(batch.val(row))));
            }
          }
        });
    return recording;
  }

  private void add(long tick, FoodRate rate) {
    rates.computeIfAbsent(tick, t -> new ArrayList<>()).add(rate);
  }

  /** The last tick it has inputs for. */
  public long lastTick() {
    return lastTick;
  }

  @Override
  public List<FoodRate> rates(long tick, WorldView before) {
    if (tick > lastTick) {
      throw new InvalidUseException(
          Text.of("Cannot run tick %d from a recording: it ends at tick %d", tick, lastTick));
    }
    return rates.getOrDefault(tick, List.of());
  }
}
