// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.values.Budget;
import org.arrowworld.imports.values.WordTable;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;

/** A column on its way in, batch by batch. A field that cannot be one is passed over. */
final class ColumnReader {
  private final ArrowField field;
  private final Budget budget;
  private final long totalRows;
  private final WordTable words;
  private final Map<Long, Chunk> dictionaries = new HashMap<>();
  private final BitSet nulls = new BitSet();
  private Plan plan;
  private ValueReader values;
  private String foreign;
  private ByteBuffer data = ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
  private int rows;

  ColumnReader(
      ArrowFile source,
      ArrowField field,
      Optional<ColumnType> asked,
      long totalRows,
      Budget budget) {
    this.field = field;
    this.budget = budget;
    this.totalRows = totalRows;
    this.words = new WordTable(source.path(), field.name(), budget::claim);
    try {
      plan = Plan.of(field, asked);
      values = new ValueReader(plan, words, budget);
    } catch (NoColumnException e) {
      foreign = e.getMessage();
    }
  }

  /**
   * A dictionary's values, or more of them.
   *
   * @param id the dictionary
   * @param isDelta whether they are added to those there are
   * @param rows how many
   */
  record Words(long id, boolean isDelta, int rows) {}

  /** Takes a dictionary, if it is this column's. */
  void dictionary(Words taken, Batch batch) throws IOException {
    boolean own = field.index().filter(i -> i.dictionary() == taken.id).isPresent();
    if (!own || foreign != null) {
      return;
    }
    try {
      if (field.children().isEmpty() && !batch.isOnly(field.values())) {
        throw new NoColumnException(
            Text.of(
                "its type is %s, but its dictionary is stored as something else, such as another dictionary; write it without one",
                field.label()));
      }
      Chunk found = values.read(batch, field.values());
      if (found.rows() != taken.rows) {
        throw batch.damaged(
            Text.of("of %d words has %d of column '%s'", taken.rows, found.rows(), field.name()));
      }
      Chunk before = dictionaries.get(taken.id);
      budget.claim((long) found.rows() * found.width());
      dictionaries.put(taken.id, taken.isDelta && before != null ? before.with(found) : found);
    } catch (NoColumnException e) {
      refuse(e);
    }
  }

  private void refuse(NoColumnException why) {
    foreign = why.getMessage();
    budget.release(data.capacity());
    data = ByteBuffer.allocate(0);
  }

  /** Takes a batch's rows, or passes over them. */
  void add(Batch batch, int count) throws IOException {
    if (foreign != null) {
      batch.skip(field);
      return;
    }
    try {
      Chunk chunk = field.index().isPresent() ? coded(batch) : values.read(batch, field);
      if (chunk.rows() != count) {
        throw batch.damaged(
            Text.of("of %d rows has %d in column '%s'", count, chunk.rows(), field.name()));
      }
      append(chunk);
    } catch (NoColumnException e) {
      refuse(e);
    }
  }

  private Chunk coded(Batch batch) throws IOException {
    ArrowField.Index index = field.index().orElseThrow();
    Chunk dictionary = dictionaries.get(index.dictionary());
    if (dictionary == null) {
      dictionary = new Chunk(0, plan.type().widthBytes(), ByteBuffer.allocate(0), new BitSet());
    }
    int[] positions = values.positions(batch, index, dictionary.rows());
    return dictionary.at(positions, positions.length);
  }

  private void append(Chunk chunk) throws IOException {
    int width = chunk.width();
    long needed = ((long) rows + chunk.rows()) * width;
    if (needed > data.capacity()) {
      long most = Math.max(needed, totalRows * width);
      if (most > Integer.MAX_VALUE - 8) {
        throw new InvalidUseException(
            Text.of(
                "Cannot import column '%s': %d rows of %s are more than 2 GiB",
                field.name(), totalRows, plan.type().label()));
      }
      int capacity = (int) Math.min(most, Math.max(needed, 2L * data.capacity()));
      budget.claim(capacity);
      ByteBuffer larger = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
      larger.put(0, data, 0, rows * width);
      budget.release(data.capacity());
      data = larger;
    }
    data.put(rows * width, chunk.data(), 0, chunk.rows() * width);
    for (int i = chunk.nulls().nextSetBit(0); i >= 0; i = chunk.nulls().nextSetBit(i + 1)) {
      nulls.set(rows + i);
    }
    rows += chunk.rows();
  }

  ArrowColumn finish() {
    if (foreign != null) {
      return new ArrowColumn(
          field.name(),
          field.label(),
          Optional.empty(),
          data,
          nulls,
          List.of(),
          "",
          "",
          Optional.empty(),
          Optional.of(foreign));
    }
    return new ArrowColumn(
        field.name(),
        field.label(),
        Optional.of(plan.type()),
        data,
        nulls,
        words.words(),
        plan.unit().isEmpty() ? field.metadata().getOrDefault(Column.UNIT, "") : plan.unit(),
        field.metadata().getOrDefault(Column.DOC, ""),
        Plan.passedOver(field),
        Optional.empty());
  }
}
