// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogReader;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;

/** Finds rows of the log by key and by id, reading just the batches that may hold them. */
final class LogRows {
  private final Log log;

  LogRows(Log log) {
    this.log = log;
  }

  /** Rows of some keys. */
  void rows(BitSet keys, TickRange ticks, Query.Enough<? super Row> visitor) throws IOException {
    try (LogReader batches = log.readerOf(ticks.first(), ticks.last(), keys)) {
      boolean goOn = true;
      while (goOn && batches.next()) {
        TripleBatch batch = batches.batch();
        for (int row = batches.from(); row < batches.to() && goOn; row++) {
          if (keys.get(batch.key(row))) {
            goOn =
                visitor.visit(
                    new Row(
                        batch.tick(row),
                        log.keys().key(batch.key(row)),
                        batch.rid(row),
                        batch.val(row),
                        batch.word(row)));
          }
        }
      }
    }
  }

  /** Rows of one id, those of some keys among them, for a filter to choose from. */
  void rowsOf(int id, BitSet keys, TickRange ticks, HistoryFilter filter) throws IOException {
    try (LogReader batches = log.readerOf(ticks.first(), ticks.last(), keys, id)) {
      while (!filter.isDone() && batches.next()) {
        TripleBatch batch = batches.batch();
        for (int row = batches.from(); row < batches.to() && !filter.isDone(); row++) {
          if (batch.rid(row) == id) {
            int at = row;
            filter.row(batch.tick(row), batch.key(row), batch.val(row), () -> batch.word(at));
          }
        }
      }
    }
  }

  /** The code of a key of any kind. */
  BitSet key(String name) {
    Key key =
        log.keys()
            .find(name)
            .orElseThrow(
                () ->
                    new InvalidUseException(
                        Text.of(
                            "Unknown key '%s': this store has %s",
                            name, Nearest.of(name, names(null)))));
    BitSet one = new BitSet();
    one.set(key.code());
    return one;
  }

  /** The code of an event. */
  BitSet event(String name) {
    BitSet one = key(name);
    Key key = log.keys().key(name);
    if (key.kind() != KeyKind.EVENT) {
      throw new InvalidUseException(
          Text.of(
              "Key '%s' is not an event but %s; rows(\"%s\") reads it. The events of this store are %s",
              name, key.kind().label(), name, Nearest.of(name, names(KeyKind.EVENT))));
    }
    return one;
  }

  /** The codes of all events. */
  BitSet events() {
    BitSet codes = new BitSet();
    for (Key key : log.keys().from(0)) {
      codes.set(key.code(), key.kind() == KeyKind.EVENT);
    }
    return codes;
  }

  private List<String> names(KeyKind kind) {
    return log.keys().from(0).stream()
        .filter(k -> kind == null || k.kind() == kind)
        .map(Key::name)
        .toList();
  }
}
