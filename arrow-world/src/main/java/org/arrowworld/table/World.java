package org.arrowworld.table;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/**
 * A world at a tick: its tables and codebook. Owns the memory of its tables; close it to give that
 * back to the allocator.
 */
public final class World implements AutoCloseable {
  private final WorldSchema schema;
  private final Codebook codebook;
  private final BufferAllocator memory;
  private final List<WorldTable> tables = new ArrayList<>();
  private long tick = -1;

  /**
   * An empty world.
   *
   * @param parent allocator whose child the world takes; the caller closes it after the world
   * @param codebook the store's words; shared with the log's writer
   */
  public World(WorldSchema schema, Codebook codebook, BufferAllocator parent) {
    this.schema = schema;
    this.codebook = codebook;
    this.memory = parent.newChildAllocator("world", 0, Long.MAX_VALUE);
    try {
      for (TableSchema table : schema.tables()) {
        tables.add(new WorldTable(table, memory));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  public WorldSchema schema() {
    return schema;
  }

  public Codebook codebook() {
    return codebook;
  }

  /** The last tick applied, -1 before the first. */
  public long tick() {
    return tick;
  }

  /** Called when a tick is applied: the vectors take the tables' row counts. */
  public void settle(long newTick) {
    tick = newTick;
    tables.forEach(WorldTable::settle);
  }

  /** The tables in schema order. */
  public List<WorldTable> tables() {
    return List.copyOf(tables);
  }

  /** A table by name. */
  public WorldTable table(String name) {
    for (WorldTable table : tables) {
      if (table.name().equals(name)) {
        return table;
      }
    }
    throw new InvalidUseException(
        Text.of(
            "Unknown table '%s': this world has %s",
            name, tables.stream().map(WorldTable::name).toList()));
  }

  /**
   * The same state in memory of its own, allocators and codebook included. The caller closes it.
   */
  public World copy(BufferAllocator parent) {
    Codebook words = new Codebook();
    for (int code = 0; code < codebook.size(); code++) {
      words.learn(code, codebook.word(code));
    }
    World copy = new World(schema, words, parent);
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

  @Override
  public void close() {
    tables.forEach(WorldTable::close);
    tables.clear();
    memory.close();
  }
}
