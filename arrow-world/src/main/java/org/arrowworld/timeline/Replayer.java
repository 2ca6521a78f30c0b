// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.TripleApplier;
import org.arrowworld.log.LogReader;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.KeyTable;

/** Brings a world forward through the log, with the code that changed the live one. */
final class Replayer {
  private final TripleApplier applier;

  Replayer(MutableWorld world, KeyTable keys) {
    applier = new TripleApplier(world, keys);
  }

  /** Applies everything a reader has left. */
  void applyAll(LogReader batches) throws IOException {
    while (batches.next()) {
      apply(batches, 0, batches.rows().size());
    }
  }

  /** Applies rows {@code [from, to)} of the batch a reader stands at. */
  void apply(LogReader batches, int from, int to) throws IOException {
    apply(batches.rows(), batches.batch(), batches.from(), from, to);
  }

  /** Applies rows that were copied from a batch, where they begin at row {@code first}. */
  void apply(Triples rows, TripleBatch batch, int first) throws IOException {
    apply(rows, batch, first, 0, rows.size());
  }

  private void apply(Triples rows, TripleBatch batch, int first, int from, int to)
      throws IOException {
    try {
      applier.apply(rows, from, to, row -> batch.word(first + row));
    } catch (InvalidUseException e) {
      throw new DamagedFileException(
          "log",
          -1,
          Text.of(
              "in the rows from seq %d on: %s", batch.firstSeq() + first + from, e.getMessage()),
          e);
    }
  }
}
