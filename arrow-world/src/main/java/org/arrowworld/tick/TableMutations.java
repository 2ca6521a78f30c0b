package org.arrowworld.tick;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.IdPolicy;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.Values;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.WorldTable;

/**
 * The mutations of one table in one tick. Slots are those at tick start. Every value is checked
 * when it is given; a refused call changes nothing.
 */
public final class TableMutations {
  private final MutationBuffer buffer;
  private final WorldTable table;
  private final WorldKeys.TableKeys keys;
  private final List<ColumnStaging> columns = new ArrayList<>();
  private final RowList events = new RowList();
  private final InsertionList insertions;
  private final Insertion insertion;
  private final BitSet removals = new BitSet();

  /** The pending word of each removed slot; stale where {@link #removals} has no bit. */
  private long[] removalCauses = new long[0];

  TableMutations(MutationBuffer buffer, WorldTable table, WorldKeys.TableKeys keys) {
    this.buffer = buffer;
    this.table = table;
    this.keys = keys;
    int count = table.schema().columns().size();
    for (int i = 0; i < count; i++) {
      columns.add(new ColumnStaging(table.valueColumn(i), keys.values().get(i)));
    }
    insertions = new InsertionList(count);
    insertion = new Insertion(this, insertions);
  }

  void begin() {
    columns.forEach(c -> c.begin(table.rows()));
    events.clear();
    insertions.clear();
    removals.clear();
  }

  /** The table as it was before this tick. */
  public WorldTable table() {
    return table;
  }

  /** Writes a whole f32 column: {@code values[slot]} for each row at tick start. */
  public void write(String column, float[] values) {
    ColumnStaging staging = whole(column, ColumnType.F32, values.length);
    long[] patterns = staging.whole();
    for (int i = 0; i < table.rows(); i++) {
      patterns[i] = Values.ofF32(values[i]);
    }
  }

  /** Writes a whole f64 column: {@code values[slot]} for each row at tick start. */
  public void write(String column, double[] values) {
    ColumnStaging staging = whole(column, ColumnType.F64, values.length);
    long[] patterns = staging.whole();
    for (int i = 0; i < table.rows(); i++) {
      patterns[i] = Values.ofF64(values[i]);
    }
  }

  /** Writes a whole integer or bool column; for u64 the arguments' bits are the values. */
  public void write(String column, long[] values) {
    ColumnStaging staging = staging(column);
    Column definition = staging.column().definition();
    ColumnType type = numeric(definition);
    long[] encoded = new long[table.rows()];
    whole(column, type, values.length);
    for (int i = 0; i < table.rows(); i++) {
      encoded[i] = Values.encodeLong(staging.column().fullName(), type, values[i]);
    }
    System.arraycopy(encoded, 0, staging.whole(), 0, encoded.length);
  }

  private ColumnStaging whole(String column, ColumnType type, int length) {
    ColumnStaging staging = staging(column);
    require(staging.column().definition(), type);
    if (length < table.rows()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot write column '%s': %d values for %d rows",
              staging.column().fullName(), length, table.rows()));
    }
    return staging;
  }

  /** Sets a number; it must fit the column exactly. */
  public void set(String column, int slot, double value) {
    ColumnStaging staging = staging(column);
    checkSlot(slot);
    Column definition = staging.column().definition();
    staging.set(slot, Values.encode(staging.column().fullName(), numeric(definition), value));
  }

  /** Sets an integer; for a u64 column the argument's bits are the value. */
  public void setLong(String column, int slot, long value) {
    ColumnStaging staging = staging(column);
    checkSlot(slot);
    Column definition = staging.column().definition();
    staging.set(slot, Values.encodeLong(staging.column().fullName(), numeric(definition), value));
  }

  /** Sets a float32, NaN payloads included. */
  public void setFloat(String column, int slot, float value) {
    ColumnStaging staging = staging(column);
    require(staging.column().definition(), ColumnType.F32);
    checkSlot(slot);
    staging.set(slot, Values.ofF32(value));
  }

  /** Sets a word. */
  public void set(String column, int slot, String word) {
    ColumnStaging staging = staging(column);
    require(staging.column().definition(), ColumnType.STRING);
    checkSlot(slot);
    staging.set(slot, pending(word));
  }

  /** Reports an event of a row: its id and a number. */
  public void event(String name, int rid, double value) {
    Key key = eventKey(name);
    events.add(key.code(), rid, Values.encode(key.name(), key.type(), value));
  }

  /** Reports an event of a row: its id and a word. */
  public void event(String name, int rid, String word) {
    Key key = eventKey(name);
    if (key.type() != ColumnType.STRING) {
      throw new InvalidUseException(Text.of("Event '%s' takes no words", key.name()));
    }
    events.add(key.code(), rid, pending(word));
  }

  private Key eventKey(String name) {
    buffer.checkOpen();
    Key key = keys.events().get(name);
    if (key == null) {
      throw new InvalidUseException(
          Text.of("Unknown event '%s' of table '%s'", name, table.name()));
    }
    return key;
  }

  /** Removes the row in a slot; repeating it is allowed, and the first cause counts. */
  public void remove(int slot) {
    buffer.checkOpen();
    if (table.schema().kind() == TableKind.APPEND_ONLY) {
      throw new InvalidUseException("Cannot remove from append-only table '" + table.name() + "'");
    }
    checkSlot(slot);
    addRemoval(slot, InsertionList.NO_ID);
  }

  /** Removes the row in a slot and logs what it died of. */
  public void remove(int slot, String cause) {
    requireLineage(Lineage.CAUSE);
    checkSlot(slot);
    addRemoval(slot, pending(cause));
  }

  private void addRemoval(int slot, long cause) {
    if (removalCauses.length <= slot) {
      removalCauses = Arrays.copyOf(removalCauses, Math.max(table.rows(), slot + 1));
    }
    if (!removals.get(slot) || removalCauses[slot] == InsertionList.NO_ID) {
      removalCauses[slot] = cause;
    }
    removals.set(slot);
  }

  /** The slot of an entity; an error if it does not live, because its id died or was reborn. */
  public int slot(EntityRef entity) {
    buffer.checkOpen();
    int slot = table.slotOf(entity);
    if (slot < 0) {
      throw new InvalidUseException(
          Text.of(
              "Stale reference: %s of generation %s does not live",
              table.describe(entity.id()), Integer.toUnsignedString(entity.gen())));
    }
    return slot;
  }

  /** The slot of a live id, in whatever generation. */
  public int slotOfId(int id) {
    buffer.checkOpen();
    int slot = table.slotOf(id);
    if (slot < 0) {
      throw new InvalidUseException(
          insertions.hasId(id)
              ? Text.of("Cannot change %s: it is born in this very tick", table.describe(id))
              : Text.of("Cannot change %s: it is not live", table.describe(id)));
    }
    return slot;
  }

  /** Inserts a row whose id the table chooses; ordered among its system's by the order made. */
  public Insertion insert() {
    return insert(0);
  }

  /** Inserts a row whose id the table chooses, ordered by the id of what caused it. */
  public Insertion insert(int causeId) {
    buffer.checkOpen();
    if (table.schema().kind() == TableKind.PRESENCE) {
      throw new InvalidUseException(
          Text.of("Cannot insert into table '%s' without an id", table.name()));
    }
    if (table.schema().kind() == TableKind.ROW && table.schema().ids() == IdPolicy.EXTERNAL) {
      throw new InvalidUseException(
          Text.of(
              "Cannot insert into table '%s' without an id: its ids are external", table.name()));
    }
    return insertion.at(insertions.add(buffer.system(), causeId, InsertionList.NO_ID));
  }

  /** Inserts a row with this id: into tables with external ids, and into presence tables. */
  public Insertion insertId(int id) {
    buffer.checkOpen();
    boolean chosen =
        table.schema().kind() == TableKind.ROW && table.schema().ids() == IdPolicy.EXTERNAL;
    if (!chosen && table.schema().kind() != TableKind.PRESENCE) {
      throw new InvalidUseException(
          Text.of(
              "Cannot insert id %s into table '%s': it allocates its ids",
              Integer.toUnsignedString(id), table.name()));
    }
    int causeId = chosen ? 0 : id;
    return insertion.at(insertions.add(buffer.system(), causeId, Integer.toUnsignedLong(id)));
  }

  private ColumnStaging staging(String column) {
    buffer.checkOpen();
    return columns.get(columnIndex(column));
  }

  int columnIndex(String column) {
    List<Column> definitions = table.schema().columns();
    for (int i = 0; i < definitions.size(); i++) {
      if (definitions.get(i).name().equals(column)) {
        return i;
      }
    }
    table.column(column); // says which columns there are, if it is unknown
    throw new InvalidUseException(
        Text.of(
            "Cannot write column '%s' of table '%s': it is set by birth", column, table.name()));
  }

  Column definition(int index) {
    return table.schema().columns().get(index);
  }

  ColumnType numeric(Column definition) {
    if (definition.type() == ColumnType.STRING) {
      throw wrongType(definition, "a number");
    }
    return definition.type();
  }

  void require(Column definition, ColumnType type) {
    if (definition.type() != type) {
      throw wrongType(definition, type.label());
    }
  }

  private InvalidUseException wrongType(Column definition, String given) {
    return new InvalidUseException(
        Text.of(
            "Cannot write %s to column '%s.%s': its type is %s",
            given, table.name(), definition.name(), definition.type().label()));
  }

  void requireLineage(Lineage lineage) {
    buffer.checkOpen();
    if (!table.schema().lineage().contains(lineage)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot log a %s: table '%s' declares no such lineage",
              lineage.label(), table.name()));
    }
  }

  private void checkSlot(int slot) {
    buffer.checkOpen();
    if (slot < 0 || slot >= table.rows()) {
      throw new InvalidUseException(
          Text.of(
              "Unknown slot %d of table '%s': it has %d rows", slot, table.name(), table.rows()));
    }
  }

  long pending(String word) {
    buffer.checkOpen();
    return buffer.words().add(java.util.Objects.requireNonNull(word, "word"));
  }

  WorldKeys.TableKeys keys() {
    return keys;
  }

  List<ColumnStaging> columns() {
    return columns;
  }

  RowList events() {
    return events;
  }

  InsertionList insertions() {
    return insertions;
  }

  /** The slots to be removed. */
  BitSet removals() {
    return removals;
  }

  /** The pending word of a removed slot's cause, or {@link InsertionList#NO_ID}. */
  long removalCause(int slot) {
    return removals.get(slot) ? removalCauses[slot] : InsertionList.NO_ID;
  }
}
