// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.internal.ipc.Scratch;
import org.arrowworld.internal.world.WorldState.TableState;
import org.arrowworld.schema.Column;
import org.arrowworld.table.TableColumns;

/**
 * Memory that holds a world as it was at a tick while the world goes on. Direct memory outside
 * Arrow's allocators, used again for the next copy and grown when a table has grown; it goes when
 * this object is collected. One thread copies; the state may then be read by another.
 */
public final class WorldCopy {
  private final Map<String, Scratch> columns = new HashMap<>();

  /**
   * Copies the columns of a world; the state of the copy before is void.
   *
   * @throws MemoryFullException if the JVM has too little direct memory
   */
  public WorldState take(MutableWorld world) {
    List<TableState> tables = new ArrayList<>();
    for (MutableTable table : world.tables()) {
      tables.add(new TableState(table.schema(), copy(table), WorldState.ids(table)));
    }
    return WorldState.of(world, tables);
  }

  private TableColumns copy(MutableTable table) {
    List<ByteBuffer> copies = new ArrayList<>();
    for (Column column : table.columns()) {
      ByteBuffer source = MutableTable.borrow(table, column);
      ByteBuffer copy = room(table.name() + "." + column.name(), source.remaining());
      copies.add(copy.put(source).flip().asReadOnlyBuffer());
    }
    return new Copied(table.name(), table.rows(), table.columns(), copies);
  }

  private ByteBuffer room(String column, int bytes) {
    try {
      return columns.computeIfAbsent(column, name -> new Scratch()).take(bytes);
    } catch (OutOfMemoryError e) {
      throw MemoryFullException.copying(column, bytes, e);
    }
  }

  private record Copied(String name, int rows, List<Column> columns, List<ByteBuffer> data)
      implements TableColumns {
    @Override
    public ByteBuffer bytes(Column column) {
      return data.get(columns.indexOf(column)).duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
