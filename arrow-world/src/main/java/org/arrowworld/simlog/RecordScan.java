// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.io.IOException;
import org.arrowworld.log.Log;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;

/** Cuts the rows of a record log into records. Batches may end inside one. */
final class RecordScan implements Log.Visitor {

  /** Words by code, a bounded number of them; the log repeats the word on every row. */
  private static final class WordCache {
    private static final int SLOTS = 1 << 16;
    private final String[] words = new String[SLOTS];
    private final int[] codes = new int[SLOTS];

    String word(TripleBatch batch, int row, int code) {
      int slot = code & (SLOTS - 1);
      if (words[slot] == null || codes[slot] != code) {
        words[slot] = batch.word(row);
        codes[slot] = code;
      }
      return words[slot];
    }
  }

  private final SimFieldInfo[] fieldOf;
  private final ValueKind[] kindOf;
  private final RecordSink sink;
  private final WordCache words = new WordCache();
  private final RecordOrder order = new RecordOrder();
  private final Triples rows = new Triples(1024);
  private boolean inRecord;
  private boolean begun;
  private int rid;
  private long ordinal;

  /**
   * @param fieldOf the field of each key code; null for those that are not wanted
   */
  RecordScan(SimFieldInfo[] fieldOf, ValueKind[] kindOf, RecordSink sink) {
    this.fieldOf = fieldOf;
    this.kindOf = kindOf;
    this.sink = sink;
  }

  @Override
  public void visit(TripleBatch batch, int from, int to) throws IOException {
    rows.clear();
    batch.copyTo(rows, from, to);
    for (int row = 0; row < rows.size(); row++) {
      int key = rows.keys()[row];
      if (key == KeyTable.COMMIT) {
        finish();
        continue;
      }
      if (!inRecord || rows.rids()[row] != rid) {
        finish();
        inRecord = true;
        rid = rows.rids()[row];
        ordinal = order.take(rid);
      }
      if (fieldOf[key] != null) {
        value(batch, from, row, key);
      }
    }
  }

  private void value(TripleBatch batch, int from, int row, int key) throws IOException {
    if (!begun) {
      begun = true;
      sink.begin(ordinal, rows.ticks()[row]);
    }
    long bits = rows.vals()[row];
    ValueKind kind = kindOf[key];
    String word =
        kind == ValueKind.STRING
            ? words.word(batch, from + row, (int) Values.toInteger(bits))
            : null;
    sink.value(fieldOf[key], kind, bits, word);
  }

  private void finish() throws IOException {
    inRecord = false;
    if (begun) {
      begun = false;
      sink.end();
    }
  }
}
