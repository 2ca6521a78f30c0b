// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.arrowworld.log.Durability;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;

/** What the tests of record logs share. */
final class SimLogTesting {
  static final LogOptions NONE = LogOptions.DEFAULT.withDurability(Durability.NONE);

  /** Small containers, so that records meet their ends. */
  static final LogOptions SMALL = NONE.withContainers(2, 16);

  private SimLogTesting() {}

  /** All records by number. */
  static Map<Long, Map<String, Object>> records(Storage storage) throws IOException {
    Map<Long, Map<String, Object>> records = new TreeMap<>();
    try (SimLogReader reader = SimLogReader.open(storage)) {
      reader.scan(r -> records.put(r.ordinal(), r.toMap()));
    }
    return records;
  }

  /** The values of one field that are there, by the type they are read with. */
  static List<Object> values(Storage storage, String field) throws IOException {
    List<Object> values = new ArrayList<>();
    records(storage)
        .values()
        .forEach(
            r -> {
              if (r.containsKey(field)) {
                values.add(r.get(field));
              }
            });
    return values;
  }

  static SimType type(Storage storage, String field) throws IOException {
    try (SimLogReader reader = SimLogReader.open(storage)) {
      return reader.field(field).type();
    }
  }

  /** Names of the declared keys and their types. */
  static Map<String, String> keys(Storage storage) throws IOException {
    Map<String, String> keys = new LinkedHashMap<>();
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      for (Key key : log.keys().from(1)) {
        keys.put(key.name(), key.type().label());
      }
    }
    return keys;
  }

  /** Number of records in each commit group. */
  static List<Integer> groups(Storage storage) throws IOException {
    TreeMap<Long, Integer> sizes = new TreeMap<>();
    try (SimLogReader reader = SimLogReader.open(storage)) {
      reader.scan(r -> sizes.merge(r.group(), 1, Integer::sum));
    }
    return List.copyOf(sizes.values());
  }

  /** Checks the digest chain, and that no record straddles groups. */
  static void verify(Storage storage) throws IOException {
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      log.verifyChain();
      long[] last = {-1, -1};
      log.scan(
          0,
          Long.MAX_VALUE,
          (batch, from, to) -> {
            for (int row = from; row < to; row++) {
              if (batch.key(row) != KeyTable.COMMIT) {
                if (batch.rid(row) == last[0] && batch.tick(row) != last[1]) {
                  throw new AssertionError("record " + last[0] + " straddles groups");
                }
                last[0] = batch.rid(row);
                last[1] = batch.tick(row);
              }
            }
          });
    }
  }
}
