// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.RemovalPolicy;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.TableColumns;

/**
 * A live table: equally long Arrow vectors, live rows in slots {@code [0, rows)}, and the slot of
 * each id. Changed only by triples (see {@code TripleApplier}); readable by one thread, or by many
 * while no tick is applied.
 */
public final class MutableTable extends ReadableTable implements AutoCloseable {
  private static final int INITIAL_ROWS = 64;

  private final TableSchema schema;
  private final List<Column> definitions;
  private final List<MutableColumn> columns = new ArrayList<>();
  private final Map<String, MutableColumn> byName = new HashMap<>();
  private final MutableColumn ids;
  private final MutableColumn gens;
  private final int firstValueColumn;
  private final IdMap slots = new IdMap();
  private final IdAllocator allocator;
  private int rows;
  private boolean closed;

  /** The table that a presence table is of; its rows are entities of that one. */
  private MutableTable of;

  MutableTable(TableSchema schema, Codebook codebook, BufferAllocator memory) {
    super(codebook, memory);
    this.schema = schema;
    this.definitions = schema.allColumns();
    try {
      for (Column definition : definitions) {
        MutableColumn column = new MutableColumn(schema.name(), definition, memory, INITIAL_ROWS);
        columns.add(column);
        byName.put(definition.name(), column);
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
    this.ids = schema.kind() == TableKind.APPEND_ONLY ? null : columns.get(0);
    this.gens = schema.hasGenerations() ? columns.get(1) : null;
    this.firstValueColumn = definitions.size() - schema.columns().size();
    this.allocator = new IdAllocator(schema.ids(), schema.hasGenerations());
  }

  /** Says which table a presence table is of. */
  void of(MutableTable table) {
    of = table;
  }

  @Override
  public String name() {
    return schema.name();
  }

  @Override
  public TableSchema schema() {
    return schema;
  }

  @Override
  public int rows() {
    checkOpen();
    return rows;
  }

  @Override
  public List<Column> columns() {
    return definitions;
  }

  @Override
  public ByteBuffer bytes(Column column) {
    return column(Given.required("read bytes", "column", column).name()).lend(0, rows);
  }

  /**
   * As {@link TableColumns#bytes(Column, int, int)}, for readers that are done with it before the
   * world goes on or is closed: the memory of a live column is used again then.
   */
  public static ByteBuffer borrow(TableColumns table, Column column, int fromRow, int toRow) {
    if (table instanceof MutableTable live) {
      live.checkRows(column, fromRow, toRow);
      return live.column(column.name()).borrow(fromRow, toRow);
    }
    return table.bytes(column, fromRow, toRow);
  }

  /** All rows of a column, as {@link #borrow(TableColumns, Column, int, int)}. */
  public static ByteBuffer borrow(TableColumns table, Column column) {
    return table instanceof MutableTable live
        ? live.column(column.name()).borrow(0, live.rows)
        : table.bytes(column);
  }

  @Override
  void checkOpen() {
    if (closed) {
      throw goneWithItsWorld();
    }
  }

  private InvalidUseException goneWithItsWorld() {
    return new InvalidUseException(Text.of("Cannot read table '%s': its world is closed", name()));
  }

  @Override
  public MutableColumn column(String name) {
    checkOpen();
    MutableColumn column = byName.get(name);
    if (column == null) {
      throw new InvalidUseException(
          Text.of(
              "Unknown column '%s' of table '%s': it has %s",
              name, name(), Nearest.of(name, definitions.stream().map(Column::name).toList())));
    }
    return column;
  }

  /** The value column at a place in {@link TableSchema#columns}. */
  public MutableColumn valueColumn(int index) {
    return columns.get(firstValueColumn + index);
  }

  @Override
  public int id(int slot) {
    checkSlot(slot);
    return ids == null ? slot : ids.i32(slot);
  }

  private void checkSlot(int slot) {
    if (slot < 0 || slot >= rows) {
      throw noSlot(slot);
    }
  }

  private InvalidUseException noSlot(int slot) {
    checkOpen();
    return new InvalidUseException(
        Text.of("Cannot read slot %d of table '%s': it has %d rows", slot, name(), rows));
  }

  @Override
  public int[] ids() {
    checkOpen();
    int[] all = new int[rows];
    if (ids == null) {
      for (int slot = 0; slot < rows; slot++) {
        all[slot] = slot;
      }
    } else {
      ids.borrow(0, rows).asIntBuffer().get(all);
    }
    return all;
  }

  @Override
  public int gen(int slot) {
    checkSlot(slot);
    return gens == null ? 0 : gens.i32(slot);
  }

  @Override
  public int slotOf(int id) {
    checkOpen();
    if (ids == null) {
      return Integer.compareUnsigned(id, rows) < 0 ? id : -1;
    }
    return slots.get(id);
  }

  @Override
  public EntityRef ref(int slot) {
    int id = id(slot);
    int entity = of == null ? -1 : of.slotOf(id);
    return new EntityRef(id, entity < 0 ? gen(slot) : of.gen(entity));
  }

  @Override
  public int slotOf(EntityRef entity) {
    int slot = slotOf(Given.required("find a row", "entity", entity).id());
    return slot >= 0 && ref(slot).equals(entity) ? slot : -1;
  }

  /**
   * The slots of many ids: those of {@code of[from, to)} go to the same places of {@code out}.
   *
   * @return the first place whose id no live row has, -1 if all are live
   */
  public int slotsOf(int[] of, int from, int to, int[] out) {
    if (ids != null) {
      return slots.getAll(of, from, to, out);
    }
    for (int i = from; i < to; i++) {
      if (Integer.compareUnsigned(of[i], rows) >= 0) {
        return i;
      }
      out[i] = of[i];
    }
    return -1;
  }

  /** The generation an id would be born with. */
  public int generationAtBirth(int id) {
    return allocator.generationOf(id);
  }

  /** The next id that never lived. */
  public int nextId() {
    return allocator.nextId();
  }

  /** Number of free ids on the stack. */
  public int freeDepth() {
    return allocator.depth();
  }

  /** The free id at a height above the stack's bottom. */
  public int freeId(int height) {
    return allocator.free(height);
  }

  /** Ids and last generations as a snapshot's free file lists them (spec N-4). */
  public int[] deadIds() {
    return allocator.freeIds();
  }

  /** The generation a dead id last lived in. */
  public int lastGeneration(int id) {
    return allocator.lastGeneration(id);
  }

  /**
   * Adds a row with every column at its default.
   *
   * @return its slot
   * @throws InvalidUseException if the id or generation is not the one that must be born
   */
  public int born(int id, int gen) {
    if (ids == null) {
      if (id != rows) {
        throw new InvalidUseException(
            Text.of(
                "Cannot append row %s to table '%s': expected row %d",
                Integer.toUnsignedString(id), name(), rows));
      }
    } else {
      if (slots.get(id) >= 0) {
        throw new InvalidUseException(
            Text.of("Cannot give birth to %s: the id is live", describe(id)));
      }
      if (schema.kind() == TableKind.ROW) {
        checkGeneration(id, gen);
        allocator.born(id);
      }
    }
    int slot = rows;
    reserve(rows + 1);
    for (int i = firstValueColumn; i < columns.size(); i++) {
      MutableColumn column = columns.get(i);
      column.set(
          slot,
          column.definition().type() == ColumnType.STRING ? 0 : column.definition().defaultBits());
    }
    if (ids != null) {
      ids.set(slot, Values.ofInteger(Integer.toUnsignedLong(id)));
      slots.put(id, slot);
    }
    if (gens != null) {
      gens.set(slot, Values.ofInteger(Integer.toUnsignedLong(gen)));
    }
    rows++;
    return slot;
  }

  private void checkGeneration(int id, int gen) {
    int expected = allocator.generationOf(id);
    if (gen != expected) {
      throw new InvalidUseException(
          Text.of(
              "Cannot give birth to %s in generation %d: expected generation %d",
              describe(id), gen, expected));
    }
  }

  /** Removes the row of an id as the table's policy says. */
  public void died(int id) {
    int slot = ids == null ? -1 : slots.remove(id);
    if (slot < 0) {
      throw new InvalidUseException(Text.of("Cannot remove %s: it is not live", describe(id)));
    }
    if (schema.kind() == TableKind.ROW) {
      allocator.died(id, gen(slot));
    }
    int last = rows - 1;
    if (schema.removal() == RemovalPolicy.SWAP_REMOVE) {
      if (slot < last) {
        slots.put(ids.i32(last), slot);
        columns.forEach(column -> column.move(last, slot));
      }
    } else {
      columns.forEach(column -> column.shiftDown(slot + 1, rows));
      for (int moved = slot; moved < last; moved++) {
        slots.put(ids.i32(moved), moved);
      }
    }
    rows = last;
  }

  /** Sets the vectors' row counts to the table's; called when a tick is applied. */
  public void settle() {
    dropCopies();
    columns.forEach(column -> column.rows(rows));
  }

  /**
   * Makes room, so that rows up to a count can be born without allocating.
   *
   * @throws org.arrowworld.errors.MemoryFullException if the allocator does not give it
   */
  public void reserve(int count) {
    for (MutableColumn column : columns) {
      column.ensure(count);
    }
  }

  /**
   * Fills an empty table from a snapshot.
   *
   * @param source its columns
   * @param nextId the next new id
   * @param freeIds ids as {@link #deadIds} gave them
   * @param freeGens their last generations
   */
  public void restore(TableColumns source, int nextId, int[] freeIds, int[] freeGens) {
    rows = source.rows();
    reserve(rows);
    for (MutableColumn column : columns) {
      column.load(borrow(source, column.definition()));
    }
    for (int slot = 0; ids != null && slot < rows; slot++) {
      if (slots.get(ids.i32(slot)) >= 0) {
        throw new InvalidUseException(
            Text.of("Cannot load table '%s': %s stands twice", name(), describe(ids.i32(slot))));
      }
      slots.put(ids.i32(slot), slot);
    }
    allocator.restore(nextId, freeIds, freeGens);
    settle();
  }

  /** Fills an empty table from another one of the same schema. */
  void restore(MutableTable source) {
    int[] dead = source.deadIds();
    int[] gens = new int[dead.length];
    for (int i = 0; i < dead.length; i++) {
      gens[i] = source.lastGeneration(dead[i]);
    }
    restore(source, source.nextId(), dead, gens);
  }

  /** How messages name a row. */
  public String describe(int id) {
    return Text.of("%s %s", name(), Integer.toUnsignedString(id));
  }

  @Override
  public void close() {
    closed = true;
    rows = 0;
    dropCopies();
    columns.forEach(MutableColumn::close);
  }
}
