package org.arrowworld.tick;

import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;
import org.arrowworld.table.World;

/**
 * What systems want changed in one tick. Nothing changes until cleanup turns it into triples. Used
 * by one thread; systems that compute in parallel hand their results over in a fixed order.
 */
public final class MutationBuffer {
  private final World world;
  private final KeyTable keyTable;
  private final WorldKeys keys;
  private final PendingWords words = new PendingWords();
  private final List<TableMutations> tables = new ArrayList<>();
  private final RowList inputs = new RowList();
  private boolean open;
  private long tick;
  private int system;

  MutationBuffer(World world, KeyTable keyTable) {
    this.world = world;
    this.keyTable = keyTable;
    this.keys = new WorldKeys(world.schema(), keyTable);
    for (int i = 0; i < world.tables().size(); i++) {
      tables.add(new TableMutations(this, world.tables().get(i), keys.table(i)));
    }
  }

  void begin(long newTick) {
    tick = newTick;
    system = 0;
    words.clear();
    inputs.clear();
    tables.forEach(TableMutations::begin);
    open = true;
  }

  void end() {
    open = false;
  }

  /** The tick being prepared. */
  public long tick() {
    return tick;
  }

  /** The world as it was before this tick. */
  public World world() {
    return world;
  }

  /** Sets the order of the system that runs next: insertions are sorted by it first (spec O-2). */
  public void system(int order) {
    checkOpen();
    system = order;
  }

  /** The mutations of one table. */
  public TableMutations table(String name) {
    checkOpen();
    for (TableMutations table : tables) {
      if (table.table().name().equals(name)) {
        return table;
      }
    }
    world.table(name); // says which tables there are
    throw new IllegalStateException(name);
  }

  /**
   * Records an input from outside the simulation.
   *
   * @param kind a declared input
   * @param target the row it is about, or any number
   * @param value its value
   */
  public void input(String kind, int target, double value) {
    checkOpen();
    Key key = keys.input(kind);
    inputs.add(key.code(), target, Values.encode(key.name(), key.type(), value));
  }

  /** As {@link #input(String, int, double)}, with a word. */
  public void input(String kind, int target, String word) {
    checkOpen();
    Key key = keys.input(kind);
    if (key.type() != ColumnType.STRING) {
      throw new InvalidUseException(Text.of("Input '%s' takes no words", kind));
    }
    inputs.add(key.code(), target, words.add(word));
  }

  void checkOpen() {
    if (!open) {
      throw new InvalidUseException("Cannot change the world outside a tick");
    }
  }

  int system() {
    return system;
  }

  PendingWords words() {
    return words;
  }

  KeyTable keyTable() {
    return keyTable;
  }

  RowList inputs() {
    return inputs;
  }

  List<TableMutations> tables() {
    return tables;
  }
}
