// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.Optional;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.table.Entity;
import org.arrowworld.tick.TickTable;

/**
 * The doors of a table in a tick, one per type of value: each checks and encodes what it is given,
 * and hands the pattern on to be staged.
 */
abstract class TypedTable implements TickTable {

  @Override
  public void setSlot(int slot, String column, long value) {
    int index = column(column, slot);
    stage(index, slot, Encoding.of(fullName(index), type(index), value));
  }

  @Override
  public void set(Entity entity, String column, long value) {
    if (entity instanceof NewRow row) {
      referents().own(row).set(column, value);
    } else {
      setSlot(slot(referents().ref(entity)), column, value);
    }
  }

  @Override
  public void setSlot(int slot, String column, float value) {
    int index = column(column, slot);
    stage(index, slot, Encoding.of(fullName(index), type(index), value));
  }

  @Override
  public void set(Entity entity, String column, float value) {
    if (entity instanceof NewRow row) {
      referents().own(row).set(column, value);
    } else {
      setSlot(slot(referents().ref(entity)), column, value);
    }
  }

  @Override
  public void setSlot(int slot, String column, double value) {
    int index = column(column, slot);
    stage(index, slot, Encoding.of(fullName(index), type(index), value));
  }

  @Override
  public void set(Entity entity, String column, double value) {
    if (entity instanceof NewRow row) {
      referents().own(row).set(column, value);
    } else {
      setSlot(slot(referents().ref(entity)), column, value);
    }
  }

  @Override
  public void setSlot(int slot, String column, boolean value) {
    int index = column(column, slot);
    stage(index, slot, Encoding.of(fullName(index), type(index), value));
  }

  @Override
  public void set(Entity entity, String column, boolean value) {
    if (entity instanceof NewRow row) {
      referents().own(row).set(column, value);
    } else {
      setSlot(slot(referents().ref(entity)), column, value);
    }
  }

  @Override
  public void setSlot(int slot, String column, String value) {
    int index = column(column, slot);
    stage(index, slot, buffer().word(fullName(index), type(index), value));
  }

  @Override
  public void set(Entity entity, String column, String value) {
    if (entity instanceof NewRow row) {
      referents().own(row).set(column, value);
    } else {
      setSlot(slot(referents().ref(entity)), column, value);
    }
  }

  @Override
  public void setSlot(int slot, String column, Entity value) {
    int index = column(column, slot);
    stage(index, slot, reference(index, value));
  }

  @Override
  public void set(Entity entity, String column, Entity value) {
    if (entity instanceof NewRow row) {
      referents().own(row).set(column, value);
    } else {
      setSlot(slot(referents().ref(entity)), column, value);
    }
  }

  @Override
  public void setSlotUnsigned(int slot, String column, long bits) {
    int index = column(column, slot);
    stage(index, slot, Encoding.ofUnsigned(fullName(index), type(index), bits));
  }

  @Override
  public void setUnsigned(Entity entity, String column, long bits) {
    if (entity instanceof NewRow row) {
      referents().own(row).setUnsigned(column, bits);
    } else {
      setSlotUnsigned(slot(referents().ref(entity)), column, bits);
    }
  }

  @Override
  public void write(String column, byte[] values) {
    int index = whole(column, values == null ? -1 : values.length);
    stageAll(index, Patterns.of(fullName(index), type(index), values, room(index)));
  }

  @Override
  public void write(String column, short[] values) {
    int index = whole(column, values == null ? -1 : values.length);
    stageAll(index, Patterns.of(fullName(index), type(index), values, room(index)));
  }

  @Override
  public void write(String column, int[] values) {
    int index = whole(column, values == null ? -1 : values.length);
    stageAll(index, Patterns.of(fullName(index), type(index), values, room(index)));
  }

  @Override
  public void write(String column, long[] values) {
    int index = whole(column, values == null ? -1 : values.length);
    stageAll(index, Patterns.of(fullName(index), type(index), values, room(index)));
  }

  @Override
  public void write(String column, float[] values) {
    int index = whole(column, values == null ? -1 : values.length);
    stageAll(index, Patterns.of(fullName(index), type(index), values, room(index)));
  }

  @Override
  public void write(String column, double[] values) {
    int index = whole(column, values == null ? -1 : values.length);
    stageAll(index, Patterns.of(fullName(index), type(index), values, room(index)));
  }

  @Override
  public void write(String column, boolean[] values) {
    int index = whole(column, values == null ? -1 : values.length);
    stageAll(index, Patterns.of(fullName(index), type(index), values, room(index)));
  }

  @Override
  public void write(String column, String[] values) {
    int index = whole(column, values == null ? -1 : values.length);
    stageAll(index, Patterns.of(buffer(), fullName(index), type(index), values, room(index)));
  }

  @Override
  public void writeUnsigned(String column, long[] bits) {
    int index = whole(column, bits == null ? -1 : bits.length);
    stageAll(index, Patterns.ofUnsigned(fullName(index), type(index), bits, room(index)));
  }

  @Override
  public void event(String name, int id, long value) {
    Key key = eventKey(name);
    report(key, id, Encoding.of(key.name(), key.type(), value));
  }

  @Override
  public void event(String name, Entity entity, long value) {
    Key key = eventKey(name);
    report(key, entity, Encoding.of(key.name(), key.type(), value));
  }

  @Override
  public void event(String name, int id, float value) {
    Key key = eventKey(name);
    report(key, id, Encoding.of(key.name(), key.type(), value));
  }

  @Override
  public void event(String name, Entity entity, float value) {
    Key key = eventKey(name);
    report(key, entity, Encoding.of(key.name(), key.type(), value));
  }

  @Override
  public void event(String name, int id, double value) {
    Key key = eventKey(name);
    report(key, id, Encoding.of(key.name(), key.type(), value));
  }

  @Override
  public void event(String name, Entity entity, double value) {
    Key key = eventKey(name);
    report(key, entity, Encoding.of(key.name(), key.type(), value));
  }

  @Override
  public void event(String name, int id, boolean value) {
    Key key = eventKey(name);
    report(key, id, Encoding.of(key.name(), key.type(), value));
  }

  @Override
  public void event(String name, Entity entity, boolean value) {
    Key key = eventKey(name);
    report(key, entity, Encoding.of(key.name(), key.type(), value));
  }

  @Override
  public void event(String name, int id, String value) {
    Key key = eventKey(name);
    report(key, id, buffer().word(key.name(), key.type(), value));
  }

  @Override
  public void event(String name, Entity entity, String value) {
    Key key = eventKey(name);
    report(key, entity, buffer().word(key.name(), key.type(), value));
  }

  @Override
  public void event(String name, int id, Entity value) {
    Key key = eventKey(name);
    report(key, id, reference(key.name(), key.type(), value, key.refersTo()));
  }

  @Override
  public void event(String name, Entity entity, Entity value) {
    Key key = eventKey(name);
    report(key, entity, reference(key.name(), key.type(), value, key.refersTo()));
  }

  @Override
  public void eventUnsigned(String name, int id, long bits) {
    Key key = eventKey(name);
    report(key, id, Encoding.ofUnsigned(key.name(), key.type(), bits));
  }

  @Override
  public void eventUnsigned(String name, Entity entity, long bits) {
    Key key = eventKey(name);
    report(key, entity, Encoding.ofUnsigned(key.name(), key.type(), bits));
  }

  abstract TickBuffer buffer();

  /** The name of a value column by its place, with the table's. */
  abstract String fullName(int index);

  abstract ColumnType type(int index);

  /** The place of a column among the table's value columns, for a slot that is there. */
  abstract int column(String name, int slot);

  /** The place of a column that is written whole, from an array of this length, -1 for null. */
  abstract int whole(String column, int length);

  /** Room for a pattern per row of a column that is written whole. */
  abstract long[] room(int index);

  abstract void stage(int index, int slot, long pattern);

  /** Stages the patterns that were put into a column's {@link #room}. */
  abstract void stageAll(int index, long[] room);

  abstract Key eventKey(String name);

  abstract void report(Key key, int id, long pattern);

  abstract void report(Key key, Entity entity, long pattern);

  /** Who may be named as a row of this table. */
  abstract Referents referents();

  /** An entity as the value of a column. */
  abstract long reference(int index, Entity entity);

  /** An entity as the value of a column or event. */
  abstract long reference(String name, ColumnType type, Entity entity, Optional<String> refersTo);
}
