// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.schema.TableSchema;

/**
 * A table's rows, for reading: nothing here can change them.
 *
 * <p>Rows stand in slots {@code [0, rows)}. A column is bound once, where its type is checked, and
 * then read by slot: {@code var energy = table.f32("energy"); energy.get(slot)}. Columns of a live
 * world follow it from tick to tick. One thread may read while no tick is applied; so may many.
 */
public interface TableView extends TableColumns {

  /** The table's shape and policies. */
  TableSchema schema();

  /** The id in a slot, unsigned; the slot itself in append-only tables. */
  int id(int slot);

  /** The ids of all rows, a copy. */
  int[] ids();

  /** The generation of the row in a slot; 0 where the table has none. */
  int gen(int slot);

  /** The entity in a slot; of a presence table, that of the table it is of. */
  EntityRef ref(int slot);

  /** The slot of an id, -1 if no live row has it. */
  int slotOf(int id);

  /** The slot of an entity, -1 if it does not live (any more). */
  int slotOf(EntityRef entity);

  /**
   * A u8 column.
   *
   * @throws InvalidUseException if there is no such column, or its type is another
   */
  IntColumn u8(String column);

  /** An i8 column; see {@link #u8}. */
  IntColumn i8(String column);

  /** A u16 column; see {@link #u8}. */
  IntColumn u16(String column);

  /** An i16 column; see {@link #u8}. */
  IntColumn i16(String column);

  /** A u32 column, {@code id} and {@code gen} included; see {@link #u8}. */
  U32Column u32(String column);

  /** An i32 column; see {@link #u8}. */
  IntColumn i32(String column);

  /** A u64 column; its values are the bits of a long; see {@link #u8}. */
  LongColumn u64(String column);

  /** An i64 column; see {@link #u8}. */
  LongColumn i64(String column);

  /** An f32 column; see {@link #u8}. */
  FloatColumn f32(String column);

  /** An f64 column; see {@link #u8}. */
  DoubleColumn f64(String column);

  /** A bool column; see {@link #u8}. */
  BoolColumn bool(String column);

  /** A string column; see {@link #u8}. */
  StringColumn string(String column);

  /**
   * A column as an Arrow vector, a copy that belongs to this view: made when it is first asked for,
   * gone with the next tick or the world's closing. Whoever writes to it changes the copy alone;
   * whoever closes it gets a new one the next time. String columns are unsigned 32-bit indices into
   * {@link #dictionaries}, bools unsigned 8-bit integers.
   *
   * @throws InvalidUseException if there is no such column
   * @throws org.arrowworld.errors.MemoryFullException if there is no memory for the copy
   */
  FieldVector vector(String column);

  /** All columns in file order as Arrow vectors; see {@link #vector}. It need not be closed. */
  VectorSchemaRoot root();

  /** The store's words as the dictionary of all string columns; see {@link #vector}. */
  DictionaryProvider dictionaries();
}
