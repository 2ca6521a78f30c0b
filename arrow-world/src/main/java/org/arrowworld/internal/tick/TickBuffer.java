// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.table.WorldView;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/** The changes of a tick until cleanup turns them into triples. One for all ticks of a world. */
final class TickBuffer implements Tick {
  private final MutableWorld world;
  private final KeyTable keyTable;
  private final WorldKeys keys;
  private final PendingWords words = new PendingWords();
  private final PendingEntities entities = new PendingEntities();
  private final List<TableBuffer> tables = new ArrayList<>();
  private final RowList inputs = new RowList();
  private Thread owner;
  private long tick;
  private int system;
  private boolean changedOnly;

  TickBuffer(MutableWorld world, KeyTable keyTable) {
    this.world = world;
    this.keyTable = keyTable;
    this.keys = new WorldKeys(world.schema(), keyTable);
    for (int i = 0; i < world.tables().size(); i++) {
      tables.add(new TableBuffer(this, world.tables().get(i), keys.table(i)));
    }
  }

  void begin(long newTick) {
    tick = newTick;
    system = 0;
    changedOnly = false;
    words.clear();
    entities.clear();
    inputs.clear();
    tables.forEach(TableBuffer::begin);
    owner = Thread.currentThread();
  }

  /** No more changes are taken. */
  void end() {
    owner = null;
  }

  /** The rows born get their numbers: the tick is applied. */
  void applied() {
    tables.forEach(table -> table.insertions().births().applied());
  }

  @Override
  public long tick() {
    return tick;
  }

  @Override
  public WorldView world() {
    return world;
  }

  @Override
  public void system(int order) {
    checkOpen();
    system = order;
  }

  @Override
  public void changedOnly() {
    checkOpen();
    changedOnly = true;
  }

  boolean isChangedOnly() {
    return changedOnly;
  }

  @Override
  public TickTable table(String name) {
    checkOpen();
    return tableOf(name);
  }

  TableBuffer tableOf(String name) {
    for (TableBuffer table : tables) {
      if (table.table().name().equals(name)) {
        return table;
      }
    }
    world.table(name); // says which tables there are
    throw new IllegalStateException(name);
  }

  /** Whether some id column holds ids of a table. */
  boolean isReferredTo(String name) {
    return world.schema().tables().stream()
        .flatMap(table -> table.columns().stream())
        .anyMatch(column -> column.refersTo().filter(name::equals).isPresent());
  }

  @Override
  public void input(String kind, int target, long value) {
    Key key = input(kind);
    inputs.add(key.code(), target, Encoding.of(key.name(), key.type(), value));
  }

  @Override
  public void input(String kind, int target, float value) {
    Key key = input(kind);
    inputs.add(key.code(), target, Encoding.of(key.name(), key.type(), value));
  }

  @Override
  public void input(String kind, int target, double value) {
    Key key = input(kind);
    inputs.add(key.code(), target, Encoding.of(key.name(), key.type(), value));
  }

  @Override
  public void input(String kind, int target, boolean value) {
    Key key = input(kind);
    inputs.add(key.code(), target, Encoding.of(key.name(), key.type(), value));
  }

  @Override
  public void input(String kind, int target, String value) {
    Key key = input(kind);
    inputs.add(key.code(), target, word(key.name(), key.type(), value));
  }

  @Override
  public void inputUnsigned(String kind, int target, long bits) {
    Key key = input(kind);
    inputs.add(key.code(), target, Encoding.ofUnsigned(key.name(), key.type(), bits));
  }

  private Key input(String kind) {
    checkOpen();
    return keys.input(kind);
  }

  void checkOpen() {
    Thread running = owner;
    if (running != Thread.currentThread()) {
      throw new InvalidUseException(
          running == null
              ? "Cannot change the world outside a tick: this one is over; use what tick(t -> ...) hands to the next"
              : Text.of(
                  "Cannot change the world from thread '%s': tick %d is run by thread '%s'; compute into arrays there and hand them over",
                  Thread.currentThread().getName(), tick, running.getName()));
    }
  }

  int system() {
    return system;
  }

  /** Keeps a word for a column, event or input of this name. */
  long word(String name, ColumnType type, String word) {
    Encoding.requireString(name, type);
    return words.add(name, word);
  }

  PendingWords words() {
    return words;
  }

  PendingEntities entities() {
    return entities;
  }

  KeyTable keyTable() {
    return keyTable;
  }

  RowList inputs() {
    return inputs;
  }

  List<TableBuffer> tables() {
    return tables;
  }
}
