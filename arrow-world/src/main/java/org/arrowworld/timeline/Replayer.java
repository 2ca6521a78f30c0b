package org.arrowworld.timeline;

import java.io.IOException;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.TripleApplier;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogReader;

/** Brings a world forward through the log, with the code that changed the live one. */
final class Replayer {
  private final TripleApplier applier;

  Replayer(MutableWorld world, Log log) {
    applier = new TripleApplier(world, log.keys());
  }

  /** Applies everything a reader has left. */
  void applyAll(LogReader batches) throws IOException {
    while (batches.next()) {
      apply(batches, 0, batches.rows().size());
    }
  }

  /** Applies rows {@code [from, to)} of the batch a reader stands at. */
  void apply(LogReader batches, int from, int to) throws IOException {
    try {
      applier.apply(batches.rows(), from, to, row -> batches.batch().word(batches.from() + row));
    } catch (InvalidUseException e) {
      throw new DamagedFileException(
          "log",
          -1,
          Text.of(
              "in the rows from seq %d on: %s",
              batches.batch().firstSeq() + batches.from() + from, e.getMessage()),
          e);
    }
  }
}
