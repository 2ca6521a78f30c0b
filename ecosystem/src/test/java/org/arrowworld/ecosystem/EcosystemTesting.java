// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.log.Log;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.Values;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;

/** Shared by the tests of this package. */
final class EcosystemTesting {

  /** A row of the log, readable. */
  record Row(long tick, String key, int rid, double number, String word) {}

  /** A preset for worlds made by hand: no food comes, nobody turns; 10 a second is 1 a tick. */
  static final Preset STILL =
      new Preset("still", 0, 0, 100, 100_000, 10, 0, 20, 1_000, 500, 0, 10, 0, 0.25, 5, 12, 60);

  private EcosystemTesting() {}

  static List<Row> rows(Storage storage, long tick) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      log.scan(
          tick,
          tick,
          (batch, from, to) -> {
            for (int row = from; row < to; row++) {
              Key key = log.keys().key(batch.key(row));
              boolean word = key.encoding() == KeyEncoding.CODE;
              double number =
                  key.encoding() == KeyEncoding.BITS
                      ? (double) batch.val(row)
                      : Double.longBitsToDouble(batch.val(row));
              rows.add(
                  new Row(
                      batch.tick(row),
                      key.name(),
                      batch.rid(row),
                      word ? Values.toInteger(batch.val(row)) : number,
                      batch.word(row)));
            }
          });
    }
    return rows;
  }
}
