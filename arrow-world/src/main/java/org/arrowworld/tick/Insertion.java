package org.arrowworld.tick;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.Values;

/**
 * A row that is to be inserted. Columns that are not set take their defaults. One object serves all
 * insertions of a table: use it before the next {@link TableMutations#insert}.
 */
public final class Insertion {
  private final TableMutations owner;
  private final InsertionList list;
  private int row;

  Insertion(TableMutations owner, InsertionList list) {
    this.owner = owner;
    this.list = list;
  }

  Insertion at(int newRow) {
    row = newRow;
    return this;
  }

  /** Sets a number; it must fit the column exactly. */
  public Insertion set(String column, double value) {
    int index = owner.columnIndex(column);
    Column definition = owner.definition(index);
    return put(index, Values.encode(definition.name(), owner.numeric(definition), value));
  }

  /** Sets an integer; for a u64 column the argument's bits are the value. */
  public Insertion setLong(String column, long value) {
    int index = owner.columnIndex(column);
    Column definition = owner.definition(index);
    return put(index, Values.encodeLong(definition.name(), owner.numeric(definition), value));
  }

  /** Sets a float32, NaN payloads included. */
  public Insertion setFloat(String column, float value) {
    int index = owner.columnIndex(column);
    owner.require(owner.definition(index), ColumnType.F32);
    return put(index, Values.ofF32(value));
  }

  /** Sets a word. */
  public Insertion set(String column, String word) {
    int index = owner.columnIndex(column);
    owner.require(owner.definition(index), ColumnType.STRING);
    return put(index, owner.pending(word));
  }

  /** Sets the value a log row carries: for importers that hold patterns. */
  public Insertion setPattern(String column, long pattern) {
    int index = owner.columnIndex(column);
    Column definition = owner.definition(index);
    if (!Values.fits(owner.numeric(definition), pattern)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot store pattern %016x in column '%s': a %s cannot hold it",
              pattern, definition.name(), definition.type().label()));
    }
    return put(index, pattern);
  }

  /** Names the parent; the table must log that lineage. */
  public Insertion parent(int id) {
    owner.requireLineage(Lineage.PARENT);
    list.parent(row, id);
    return this;
  }

  private Insertion put(int column, long pattern) {
    list.set(row, column, pattern);
    return this;
  }
}
