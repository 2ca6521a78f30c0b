// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.table.World;

/**
 * A world at a tick: its tables and codebook. Owns the memory of its tables; close it to give that
 * back to the allocator.
 */
public final class MutableWorld implements World {
  private final WorldSchema schema;
  private final MutableCodebook codebook;
  private final BufferAllocator memory;
  private final List<MutableTable> tables = new ArrayList<>();
  private long tick = -1;
  private Runnable whenClosed = () -> {};
  private boolean closed;

  /**
   * An empty world.
   *
   * @param parent allocator whose child the world takes; the caller closes it after the world
   * @param codebook the store's words; shared with the log's writer
   */
  public MutableWorld(WorldSchema schema, MutableCodebook codebook, BufferAllocator parent) {
    this.schema = schema;
    this.codebook = codebook;
    this.memory = parent.newChildAllocator("world", 0, Long.MAX_VALUE);
    try {
      for (TableSchema table : schema.tables()) {
        tables.add(new MutableTable(table, codebook, memory));
      }
      for (MutableTable table : tables) {
        table.schema().of().ifPresent(of -> table.of(table(of)));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  @Override
  public WorldSchema schema() {
    return schema;
  }

  @Override
  public MutableCodebook codebook() {
    return codebook;
  }

  @Override
  public long tick() {
    return tick;
  }

  /** Called when a tick is applied: the vectors take the tables' row counts. */
  public void settle(long newTick) {
    tick = newTick;
    tables.forEach(MutableTable::settle);
  }

  @Override
  public List<MutableTable> tables() {
    checkOpen();
    return List.copyOf(tables);
  }

  @Override
  public MutableTable table(String name) {
    checkOpen();
    for (MutableTable table : tables) {
      if (table.name().equals(name)) {
        return table;
      }
    }
    throw new InvalidUseException(
        Text.of(
            "Unknown table '%s': this world has %s",
            name, Nearest.of(name, tables.stream().map(MutableTable::name).toList())));
  }

  private void checkOpen() {
    if (closed) {
      throw new InvalidUseException("Cannot read the world: it is closed; open its store again");
    }
  }

  /**
   * The same state in memory of its own, allocators and codebook included. The caller closes it.
   */
  public MutableWorld copy(BufferAllocator parent) {
    MutableCodebook words = new MutableCodebook();
    for (int code = 0; code < codebook.size(); code++) {
      words.learn(code, codebook.word(code));
    }
    MutableWorld copy = new MutableWorld(schema, words, parent);
    try {
      for (int i = 0; i < tables.size(); i++) {
        copy.tables.get(i).restore(tables.get(i));
      }
      copy.tick = tick;
      return copy;
    } catch (RuntimeException | Error e) {
      copy.close();
      throw e;
    }
  }

  /** Has somebody told once it is closed. */
  public void whenClosed(Runnable told) {
    whenClosed = told;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    tables.forEach(MutableTable::close);
    tables.clear();
    memory.close();
    whenClosed.run();
  }
}
