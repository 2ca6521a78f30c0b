// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * How a run is written.
 *
 * @param existing what to do about a run that is there
 * @param durability what a flush survives
 * @param flushEverySnapshots snapshots between two flushes; readers see a snapshot once it is
 *     flushed
 * @param expectedSnapshots snapshots that will come, if known: the files get their length at once,
 *     more are refused, and fewer are warned about
 * @param warnings told what is odd but no error; the default logs it
 */
public record FieldRunOptions(
    Existing existing,
    Durability durability,
    int flushEverySnapshots,
    OptionalLong expectedSnapshots,
    Consumer<String> warnings) {

  /** What to do about a run that is there. */
  public enum Existing {
    /** It is an error. */
    REFUSE,
    /** It is set aside, and deleted at the first flush of the new run. */
    REPLACE
  }

  /** What a flush survives. */
  public enum Durability {
    /** A power loss: data, headers and metadata are forced in that order. */
    FORCED,
    /** The end of the process, however sudden, and no more. */
    WRITTEN
  }

  private static final System.Logger LOGGER = System.getLogger(FieldRunOptions.class.getName());

  /** Refuses an existing run, forces every tenth snapshot, expects no count. */
  public static final FieldRunOptions DEFAULT =
      new FieldRunOptions(
          Existing.REFUSE,
          Durability.FORCED,
          10,
          OptionalLong.empty(),
          warning -> LOGGER.log(Level.WARNING, warning));

  /** Checks the options. */
  public FieldRunOptions {
    Objects.requireNonNull(existing, "existing");
    Objects.requireNonNull(durability, "durability");
    Objects.requireNonNull(warnings, "warnings");
    if (flushEverySnapshots < 1) {
      throw new InvalidUseException(
          Text.of("Cannot flush every %d snapshots: 1 is the least", flushEverySnapshots));
    }
    if (expectedSnapshots.orElse(1) < 1) {
      throw new InvalidUseException(
          Text.of("Cannot expect %d snapshots: 1 is the least", expectedSnapshots.getAsLong()));
    }
  }

  /** With another rule for an existing run. */
  public FieldRunOptions with(Existing newExisting) {
    return new FieldRunOptions(
        newExisting, durability, flushEverySnapshots, expectedSnapshots, warnings);
  }

  /** With another durability. */
  public FieldRunOptions with(Durability newDurability) {
    return new FieldRunOptions(
        existing, newDurability, flushEverySnapshots, expectedSnapshots, warnings);
  }

  /** With a flush after every so many snapshots. */
  public FieldRunOptions flushEvery(int snapshots) {
    return new FieldRunOptions(existing, durability, snapshots, expectedSnapshots, warnings);
  }

  /** With a count known up front, {@link SnapshotCount#of} say. */
  public FieldRunOptions expecting(long snapshots) {
    return new FieldRunOptions(
        existing, durability, flushEverySnapshots, OptionalLong.of(snapshots), warnings);
  }

  /** With another receiver of warnings. */
  public FieldRunOptions warningsTo(Consumer<String> receiver) {
    return new FieldRunOptions(
        existing, durability, flushEverySnapshots, expectedSnapshots, receiver);
  }
}
