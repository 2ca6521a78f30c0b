// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.util.LinkedHashMap;
import java.util.Map;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.Json;
import org.arrowworld.log.LogPosition;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.TimeJson;

/** The key/values that say where an exported file comes from. All keys begin with {@code aw.}. */
public final class FileOrigin {
  /** Key of the seq of the first row of a part of a history. */
  public static final String FIRST_SEQ = "aw.first_seq";

  /** Key of the seq after the last one of a part of a history. */
  public static final String END_SEQ = "aw.end_seq";

  /** Key of the chain before a part of a history. */
  public static final String PREV_CHAIN = "aw.prev_chain";

  /** Key of the chain after a part of a history. */
  public static final String LAST_CHAIN = "aw.last_chain";

  private final Map<String, String> pairs = new LinkedHashMap<>();

  private FileOrigin() {}

  /** Of a store: format version, id, schema, tick unit, time of ticks, writer. */
  public static FileOrigin of(StoreInfo store) {
    FileOrigin origin = new FileOrigin();
    store.time().ifPresent(time -> origin.with("aw.time", Json.write(TimeJson.tree(time))));
    return origin
        .with("aw.format", Integer.toString(StoreInfo.FORMAT))
        .with("aw.store", store.id().hex())
        .with("aw.schema", Json.write(SchemaJson.schema(store.schema())))
        .with("aw.tick_unit", store.tickUnit())
        .with("aw.writer", "arrow-world java");
  }

  /** Adds a table's name and state: the tick, and {@code hash_columns} over all its columns. */
  public FileOrigin table(String name, long tick, String hash) {
    return with("aw.view", "table")
        .with("aw.table", name)
        .with("aw.tick", Long.toString(tick))
        .with("aw.hash", hash);
  }

  /** Adds the ends of a part of a history: which seqs, and the chain before and after them. */
  public FileOrigin between(LogPosition before, LogPosition after) {
    return with(FIRST_SEQ, Text.of("%020d", before.seq()))
        .with(END_SEQ, Text.of("%020d", after.seq()))
        .with(PREV_CHAIN, Text.of("%016x", before.chain()))
        .with(LAST_CHAIN, Text.of("%016x", after.chain()));
  }

  /** Adds a pair, or replaces it. */
  public FileOrigin with(String key, String value) {
    pairs.put(key, value);
    return this;
  }

  /** The pairs, a copy. */
  public Map<String, String> pairs() {
    return new LinkedHashMap<>(pairs);
  }
}
