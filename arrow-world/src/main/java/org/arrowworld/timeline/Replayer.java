package org.arrowworld.timeline;

import java.io.IOException;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.log.Log;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.log.Triples;
import org.arrowworld.table.World;
import org.arrowworld.tick.TripleApplier;

/** Brings a world forward through the log. */
final class Replayer implements Log.Visitor {
  private final TripleApplier applier;
  private final Triples rows = new Triples(4096);

  Replayer(World world, Log log) {
    applier = new TripleApplier(world, log.keys());
  }

  @Override
  public void visit(TripleBatch batch, int from, int to) throws IOException {
    rows.clear();
    batch.copyTo(rows, from, to);
    try {
      applier.apply(rows, 0, rows.size(), row -> batch.word(from + row));
    } catch (InvalidUseException e) {
      throw new DamagedFileException(
          "log",
          -1,
          "in the rows from seq %d on: %s".formatted(batch.firstSeq() + from, e.getMessage()),
          e);
    }
  }
}
