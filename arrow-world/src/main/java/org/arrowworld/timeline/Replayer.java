package org.arrowworld.timeline;

import java.io.IOException;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Log;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.log.Triples;
import org.arrowworld.table.World;
import org.arrowworld.tick.TripleApplier;

/** Brings a world forward through the log, with the code that changed the live one. */
final class Replayer implements Log.RowVisitor {
  private final TripleApplier applier;

  Replayer(World world, Log log) {
    applier = new TripleApplier(world, log.keys());
  }

  @Override
  public void visit(Triples rows, TripleBatch batch, int from) throws IOException {
    try {
      applier.apply(rows, 0, rows.size(), row -> batch.word(from + row));
    } catch (InvalidUseException e) {
      throw new DamagedFileException(
          "log",
          -1,
          Text.of("in the rows from seq %d on: %s", batch.firstSeq() + from, e.getMessage()),
          e);
    }
  }
}
