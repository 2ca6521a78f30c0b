// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.storage.BufferCompression;

/**
 * How to run.
 *
 * @param preset parameters of a new store; a resumed one keeps its own
 * @param seed random numbers of a new store; a resumed one keeps its own
 * @param ticks ticks to commit, not counting tick 0
 * @param snapshotEveryTicks a snapshot at each tick that is a multiple of this; 0 for none
 * @param threads that share the simulation's work, the outcome being the same for any number
 * @param log how the log is written
 */
public record RunOptions(
    Preset preset, long seed, long ticks, long snapshotEveryTicks, int threads, LogOptions log) {

  /** {@code tiny} with seed 1: 1,000 ticks, no snapshots, one thread, every commit forced. */
  public static final RunOptions DEFAULT =
      new RunOptions(Preset.TINY, 1, 1_000, 0, 1, LogOptions.DEFAULT);

  public RunOptions {
    if (ticks < 0) {
      throw new InvalidUseException(Text.of("Cannot run %d ticks: expected 0 or more", ticks));
    }
    if (snapshotEveryTicks < 0) {
      throw new InvalidUseException(
          Text.of(
              "Cannot make a snapshot every %d ticks: expected 1 or more, or 0 for none",
              snapshotEveryTicks));
    }
    if (threads < 1 || threads > 256) {
      throw new InvalidUseException(
          Text.of("Cannot run on %d threads: expected 1 to 256", threads));
    }
  }

  public RunOptions withPreset(Preset value) {
    return new RunOptions(value, seed, ticks, snapshotEveryTicks, threads, log);
  }

  public RunOptions withSeed(long value) {
    return new RunOptions(preset, value, ticks, snapshotEveryTicks, threads, log);
  }

  public RunOptions withTicks(long count) {
    return new RunOptions(preset, seed, count, snapshotEveryTicks, threads, log);
  }

  public RunOptions withSnapshotEveryTicks(long count) {
    return new RunOptions(preset, seed, ticks, count, threads, log);
  }

  public RunOptions withThreads(int count) {
    return new RunOptions(preset, seed, ticks, snapshotEveryTicks, count, log);
  }

  public RunOptions withDurability(Durability value) {
    return withLog(log.withDurability(value));
  }

  public RunOptions withSealing(BufferCompression value) {
    return withLog(log.withSealing(value));
  }

  public RunOptions withLog(LogOptions value) {
    return new RunOptions(preset, seed, ticks, snapshotEveryTicks, threads, value);
  }
}
