// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import java.io.IOException;
import org.arrowworld.log.ChainVerifier;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.log.Salvage;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.timeline.HistoryProof;

/** Writes saved rows to a new log, each tick after it was proven whole. */
final class RecoveryCopier implements Salvage.Taker {
  private final LogWriter writer;
  private final KeyTable keys;
  private final HistoryProof proof;
  private final ChainVerifier chain;
  private final Triples open = new Triples(4096);
  private final Triples piece = new Triples(4096);
  private int keysDeclared;
  private LogPosition taken;

  RecoveryCopier(LogWriter writer, LogWriter.Start begin, KeyTable keys, HistoryProof proof) {
    LogPosition start = begin.position();
    boolean strings = begin.strings();
    this.writer = writer;
    this.keys = keys;
    this.proof = proof;
    this.chain = new ChainVerifier(start, strings);
    this.keysDeclared = keys.size();
    this.taken = start;
  }

  @Override
  public LogPosition taken() {
    return taken;
  }

  @Override
  public void visit(TripleBatch batch, int from, int to) throws IOException {
    piece.clear();
    batch.copyTo(piece, from, to);
    int begin = 0;
    for (int row = 0; row < piece.size(); row++) {
      if (piece.keys()[row] == KeyTable.COMMIT) {
        prove(batch, from, begin, row + 1);
        commit(row, begin);
        begin = row + 1;
      }
    }
    prove(batch, from, begin, piece.size());
    open.addAll(piece, begin, piece.size());
  }

  private void prove(TripleBatch batch, int from, int first, int last) throws IOException {
    if (first < last) {
      chain.visit(batch, from + first, from + last);
      proof.add(piece, first, last, row -> batch.word(from + row), batch.firstSeq() + from);
    }
  }

  private void commit(int row, int begin) throws IOException {
    long tick = piece.ticks()[row];
    open.addAll(piece, begin, row);
    if (keysDeclared < keys.size()) {
      for (Key key : keys.from(keysDeclared)) {
        writer.declare(key);
        keysDeclared++;
      }
    }
    writer.beginTick(tick);
    writer.appendAll(open);
    writer.commit();
    taken = new LogPosition(tick, taken.seq() + open.size() + 1, piece.vals()[row]);
    open.clear();
  }
}
