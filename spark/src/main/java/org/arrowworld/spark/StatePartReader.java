// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.unsafe.types.UTF8String;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.table.TableView;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Projection;

/** Rebuilds a table and shows its rows in the order of their slots. */
final class StatePartReader implements PartitionReader<ColumnarBatch> {
  private static final int BATCH_ROWS = 1 << 16;

  private final StatePart part;
  private final Store store;
  private final World world;
  private final TableView table;
  private final Map<String, Column> columns = new HashMap<>();
  private UTF8String[] words;
  private int from;
  private int to;

  StatePartReader(StatePart part) throws IOException {
    this.part = part;
    store = part.history().open(part.run());
    try {
      world = store.at(part.tick(), Projection.of(part.shape().projection()));
      table = world.table(part.shape().table());
    } catch (DamagedFileException e) {
      store.close();
      throw part.run().named(e);
    } catch (IOException | RuntimeException | Error e) {
      store.close();
      throw e;
    }
    table.columns().forEach(c -> columns.put(c.name(), c));
  }

  @Override
  public boolean next() {
    from = to;
    to = (int) Math.min(table.rows(), (long) from + BATCH_ROWS);
    return from < to;
  }

  @Override
  public ColumnarBatch get() {
    return part.shape().columns().batch(part.run().constants(), this::column, to - from);
  }

  private ColumnVector column(String name) {
    if (name.equals(part.shape().slot())) {
      return Vectors.counting(from);
    }
    Column column = columns.get(part.shape().names().get(name));
    UTF8String[] needed = column.type() == ColumnType.STRING ? words() : null;
    return Vectors.column(column.type(), table.bytes(column, from, to), needed);
  }

  private UTF8String[] words() {
    if (words == null) {
      Codebook codebook = world.codebook();
      words = new UTF8String[codebook.size()];
      for (int code = 0; code < words.length; code++) {
        words[code] = UTF8String.fromBytes(codebook.utf8(code));
      }
    }
    return words;
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
