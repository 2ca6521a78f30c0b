// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.table.BoolColumn;
import org.arrowworld.table.DoubleColumn;
import org.arrowworld.table.FloatColumn;
import org.arrowworld.table.IntColumn;
import org.arrowworld.table.LongColumn;
import org.arrowworld.table.StringColumn;
import org.arrowworld.table.TableView;
import org.arrowworld.table.U32Column;

/** What a table in memory shows of its columns: views bound by type, and copies as Arrow. */
abstract sealed class ReadableTable implements TableView permits MutableTable {
  private final Codebook codebook;
  private final ArrowCopies copies;

  ReadableTable(Codebook codebook, BufferAllocator memory) {
    this.codebook = codebook;
    this.copies = new ArrowCopies(this, codebook, memory);
  }

  /** A column by name, of a table that is not closed. */
  abstract MutableColumn column(String name);

  @Override
  public IntColumn u8(String column) {
    return new ColumnData.U8(bound(column, ColumnType.U8));
  }

  @Override
  public IntColumn i8(String column) {
    return new ColumnData.I8(bound(column, ColumnType.I8));
  }

  @Override
  public IntColumn u16(String column) {
    return new ColumnData.U16(bound(column, ColumnType.U16));
  }

  @Override
  public IntColumn i16(String column) {
    return new ColumnData.I16(bound(column, ColumnType.I16));
  }

  @Override
  public U32Column u32(String column) {
    return new ColumnData.U32(bound(column, ColumnType.U32));
  }

  @Override
  public IntColumn i32(String column) {
    return new ColumnData.I32(bound(column, ColumnType.I32));
  }

  @Override
  public LongColumn u64(String column) {
    return new ColumnData.I64(bound(column, ColumnType.U64));
  }

  @Override
  public LongColumn i64(String column) {
    return new ColumnData.I64(bound(column, ColumnType.I64));
  }

  @Override
  public FloatColumn f32(String column) {
    return new ColumnData.F32(bound(column, ColumnType.F32));
  }

  @Override
  public DoubleColumn f64(String column) {
    return new ColumnData.F64(bound(column, ColumnType.F64));
  }

  @Override
  public BoolColumn bool(String column) {
    return new ColumnData.Bool(bound(column, ColumnType.BOOL));
  }

  @Override
  public StringColumn string(String column) {
    return new ColumnData.Word(bound(column, ColumnType.STRING), codebook);
  }

  private ColumnData bound(String name, ColumnType type) {
    MutableColumn column = column(name);
    ColumnType actual = column.definition().type();
    if (actual != type) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read column '%s' as %s: its type is %s, use %s(\"%s\")",
              column.fullName(), type.label(), actual.label(), actual.label(), name));
    }
    return column.view();
  }

  @Override
  public FieldVector vector(String column) {
    return copies.vector(column(column).definition());
  }

  @Override
  public VectorSchemaRoot root() {
    checkOpen();
    return copies.root();
  }

  @Override
  public DictionaryProvider dictionaries() {
    checkOpen();
    return copies.dictionaries();
  }

  abstract void checkOpen();

  /** The copies are of another state: the table has changed, or goes. */
  void dropCopies() {
    copies.drop();
  }
}
