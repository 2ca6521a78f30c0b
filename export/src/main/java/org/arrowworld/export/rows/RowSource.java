// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.schema.KeyTable;

/**
 * Rows to be exported: a table at a tick, a log, the records of a record log. They are read batch
 * by batch in bounded memory, but for the distinct words. One thread at a time.
 */
public interface RowSource {

  /** Receives the batches. */
  interface Visitor {
    /** A batch of at least one row; all but the last have {@link RowBatch#ROWS} rows. */
    void visit(RowBatch batch) throws IOException;
  }

  /**
   * A column of float64 patterns whose meaning depends on the row's key (spec L-9).
   *
   * @param keys the keys
   * @param keyColumn the column of their codes
   * @param valueColumn the column of patterns
   */
  record KeyedValues(KeyTable keys, int keyColumn, int valueColumn) {}

  /** What the rows are, as a name of a table or file. */
  String name();

  /** The columns. */
  List<RowColumn> columns();

  /** Reads all rows. */
  void scan(Visitor visitor) throws IOException;

  /** About how many rows there are. */
  long rows() throws IOException;

  /** The UTF-8 of a code that a batch of this source has held. May be called by other threads. */
  byte[] utf8(int column, int code);

  /** Where the rows come from; complete after a scan. */
  Map<String, String> origin() throws IOException;

  /** The column rows ascend by, if there is one. */
  default Optional<Integer> sortedBy() {
    return Optional.empty();
  }

  /** The values that depend on keys, if these are rows of a log. */
  default Optional<KeyedValues> keyed() {
    return Optional.empty();
  }

  /** Lists of columns that rows are looked up by. */
  default List<List<Integer>> lookups() {
    return List.of();
  }
}
