package org.arrowworld.internal.tick;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.IdPolicy;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.Values;
import org.arrowworld.table.Entity;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.BornRows;

/**
 * The changes of one table in one tick. Every value is checked when it is given; a refused call
 * changes nothing.
 */
final class TableBuffer extends TypedTable {
  private final TickBuffer buffer;
  private final MutableTable table;
  private final WorldKeys.TableKeys keys;
  private final List<ColumnStaging> columns = new ArrayList<>();
  private final RowList events = new RowList();
  private final InsertionList insertions;
  private final BitSet removals = new BitSet();
  private final Unproven unproven = new Unproven();

  /** The pending word of each removed slot; stale where {@link #removals} has no bit. */
  private long[] removalCauses = new long[0];

  TableBuffer(TickBuffer buffer, MutableTable table, WorldKeys.TableKeys keys) {
    this.buffer = buffer;
    this.table = table;
    this.keys = keys;
    int count = table.schema().columns().size();
    for (int i = 0; i < count; i++) {
      columns.add(new ColumnStaging(table.valueColumn(i), keys.values().get(i)));
    }
    insertions = new InsertionList(table.name(), count);
  }

  void begin() {
    columns.forEach(c -> c.begin(table.rows()));
    events.clear();
    insertions.begin(buffer.tick());
    removals.clear();
    unproven.clear();
  }

  @Override
  public TableView before() {
    return table;
  }

  @Override
  long[] room(int index) {
    return columns.get(index).spare();
  }

  @Override
  void stage(int index, int slot, long pattern) {
    requireRow(index, pattern);
    columns.get(index).set(slot, pattern);
  }

  @Override
  void stageAll(int index, long[] room) {
    requireRows(index, room, table.rows());
    columns.get(index).takeSpare();
  }

  /** Refuses values of an id column that name no row (spec O-16): at the end of the tick. */
  void requireRows(int index, long[] patterns, int count) {
    Optional<String> of = table.schema().columns().get(index).refersTo();
    if (of.isPresent()) {
      TableBuffer rows = buffer.tableOf(of.get());
      for (int i = 0; i < count; i++) {
        rows.requireReferred(patterns[i], this, index);
      }
    }
  }

  /** As {@link #requireRows}, of one value. */
  void requireRow(int index, long pattern) {
    Optional<String> of = table.schema().columns().get(index).refersTo();
    if (of.isPresent()) {
      buffer.tableOf(of.get()).requireReferred(pattern, this, index);
    }
  }

  private void requireReferred(long pattern, TableBuffer from, int column) {
    if (PendingEntities.isPendingPattern(pattern)) {
      return; // a row born in this tick
    }
    long id = Values.toInteger(pattern);
    if (id != Column.NO_ROW && table.slotOf((int) id) < 0) {
      unproven.add((int) id, "write '" + from.fullName(column) + "' with");
    }
  }

  @Override
  int whole(String column, int length) {
    buffer.checkOpen();
    int index = columnIndex(column);
    if (length != table.rows()) {
      throw new InvalidUseException(
          length < 0
              ? Text.of(
                  "Cannot write column '%s' from null: expected an array of %d values",
                  fullName(index), table.rows())
              : Text.of(
                  "Cannot write column '%s': %d values for %d rows",
                  fullName(index), length, table.rows()));
    }
    return index;
  }

  @Override
  void report(Key key, int id, long pattern) {
    if (table.slotOf(id) < 0) {
      String event = key.name().substring(table.name().length() + 1);
      unproven.add(id, "report event '" + event + "' of");
    }
    events.add(key.code(), id, pattern);
  }

  @Override
  void report(Key key, Entity entity, long pattern) {
    events.addOf(key.code(), idOf(entity), pattern);
  }

  /** Refuses an id that does not live; at the end of the tick, as it may yet be born. */
  void requireKnown(int id, String use) {
    if (table.slotOf(id) < 0) {
      unproven.add(id, use);
    }
  }

  @Override
  Key eventKey(String name) {
    buffer.checkOpen();
    Key key = keys.events().get(name);
    if (key == null) {
      throw new InvalidUseException(
          Text.of(
              "Unknown event '%s' of table '%s': it has %s",
              name, table.name(), Nearest.of(name, keys.events().keySet())));
    }
    return key;
  }

  @Override
  public void removeSlot(int slot) {
    buffer.checkOpen();
    if (table.schema().kind() == TableKind.APPEND_ONLY) {
      throw new InvalidUseException("Cannot remove from append-only table '" + table.name() + "'");
    }
    checkSlot(slot);
    addRemoval(slot, InsertionList.NO_ID);
  }

  @Override
  public void removeSlot(int slot, String cause) {
    requireLineage(Lineage.CAUSE);
    checkSlot(slot);
    addRemoval(slot, buffer.word(table.name() + ".cause", ColumnType.STRING, cause));
  }

  @Override
  public void remove(Entity entity) {
    removeSlot(living(entity));
  }

  @Override
  public void remove(Entity entity, String cause) {
    removeSlot(living(entity), cause);
  }

  /** The slot of an entity that is to be removed. */
  private int living(Entity entity) {
    if (entity instanceof NewRow row) {
      row.checkUsable();
      throw new InvalidUseException(Text.of("Cannot remove %s: it is born in this very tick", row));
    }
    return slot(ref(entity));
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

  @Override
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

  @Override
  public int slot(int id) {
    buffer.checkOpen();
    int slot = table.slotOf(id);
    if (slot < 0) {
      throw new InvalidUseException(
          insertions.hasId(id)
              ? Text.of(
                  "Cannot change %s: it is born in this very tick; use the handle that insert gave",
                  table.describe(id))
              : Text.of("Cannot change %s: it is not live", table.describe(id)));
    }
    return slot;
  }

  @Override
  NewRow own(NewRow row) {
    checkHandle(row);
    if (row.table() != this) {
      throw new InvalidUseException(
          Text.of("Cannot use the handle of %s in table '%s'", row, table.name()));
    }
    return row;
  }

  private void checkHandle(NewRow row) {
    if (!row.isOf(buffer)) {
      throw new InvalidUseException(Text.of("Cannot use the handle of %s in another world", row));
    }
    row.checkUsable();
  }

  @Override
  EntityRef ref(Entity entity) {
    buffer.checkOpen();
    if (entity instanceof EntityRef ref) {
      return ref;
    }
    throw new InvalidUseException(
        Text.of(
            "Cannot use %s as an entity of table '%s': expected an EntityRef or a handle of this tick",
            entity, table.name()));
  }

  /** The id of an entity of this table, or what stands for that of a row born in this tick. */
  long idOf(Entity entity) {
    if (entity instanceof NewRow row) {
      return buffer.entities().id(own(row));
    }
    slot(ref(entity)); // refuses a life that has ended
    return Integer.toUnsignedLong(((EntityRef) entity).id());
  }

  @Override
  long reference(String name, ColumnType type, Entity entity, Optional<String> refersTo) {
    Encoding.requireId(name, type);
    if (refersTo.isPresent()) {
      TableBuffer of = buffer.tableOf(refersTo.get());
      if (entity instanceof NewRow row) {
        of.own(row);
      } else {
        of.slot(ref(entity)); // refuses a life that has ended
      }
    }
    if (entity instanceof NewRow row) {
      checkHandle(row);
      return buffer.entities().pattern(row);
    }
    EntityRef ref = ref(entity);
    if (refersTo.isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot store %s in '%s': it means one life of an id, and the schema does not say of which table; give its id alone, or declare the values by reference(name, table)",
              ref, name));
    }
    return Values.ofInteger(Integer.toUnsignedLong(ref.id()));
  }

  @Override
  long reference(int index, Entity entity) {
    return reference(
        fullName(index), type(index), entity, table.schema().columns().get(index).refersTo());
  }

  @Override
  public Born insert() {
    return insertCausedBy(0);
  }

  @Override
  public Born insertCausedBy(int causeId) {
    checkAllocates();
    return row(insertions.add(buffer.system(), causeId, InsertionList.NO_ID));
  }

  @Override
  public BornRows insertAll(int count) {
    checkAllocates();
    if (count < 0) {
      throw new InvalidUseException(
          Text.of("Cannot insert %d rows into table '%s'", count, table.name()));
    }
    int first = insertions.addAll(buffer.system(), count);
    return new NewRows(this, insertions.births(), first, count);
  }

  private void checkAllocates() {
    buffer.checkOpen();
    if (table.schema().kind() == TableKind.PRESENCE) {
      throw new InvalidUseException(
          Text.of(
              "Cannot insert into table '%s' without an id: insert(id), or the handle of a newborn, says who enters",
              table.name()));
    }
    if (hasExternalIds()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot insert into table '%s' without an id: its ids are external; use insert(id)",
              table.name()));
    }
  }

  private boolean hasExternalIds() {
    return table.schema().kind() == TableKind.ROW && table.schema().ids() == IdPolicy.EXTERNAL;
  }

  @Override
  public Born insert(int id) {
    buffer.checkOpen();
    boolean chosen = hasExternalIds();
    if (!chosen && table.schema().kind() != TableKind.PRESENCE) {
      throw new InvalidUseException(
          Text.of(
              "Cannot insert id %s into table '%s': it allocates its ids; use insert(), whose handle has the id after the tick",
              Integer.toUnsignedString(id), table.name()));
    }
    if (chosen && id == (int) Column.NO_ROW && buffer.isReferredTo(table.name())) {
      throw new InvalidUseException(
          Text.of(
              "Cannot insert id %d into table '%s': in the columns that hold its ids it says no row",
              Column.NO_ROW, table.name()));
    }
    int causeId = chosen ? 0 : id;
    return row(insertions.add(buffer.system(), causeId, Integer.toUnsignedLong(id)));
  }

  @Override
  public Born insert(Entity entity) {
    buffer.checkOpen();
    if (table.schema().kind() != TableKind.PRESENCE) {
      throw new InvalidUseException(
          Text.of(
              "Cannot insert an entity into table '%s': it is no presence table", table.name()));
    }
    TableBuffer of = buffer.tableOf(table.schema().of().orElseThrow());
    if (entity instanceof NewRow) {
      return row(insertions.add(buffer.system(), 0, of.idOf(entity)));
    }
    return insert((int) of.idOf(entity));
  }

  private NewRow row(int row) {
    return new NewRow(this, insertions.births(), row);
  }

  @Override
  int column(String name, int slot) {
    buffer.checkOpen();
    int index = columnIndex(name);
    checkSlot(slot);
    return index;
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

  @Override
  String fullName(int index) {
    return columns.get(index).column().fullName();
  }

  @Override
  ColumnType type(int index) {
    return table.schema().columns().get(index).type();
  }

  void requireLineage(Lineage lineage) {
    buffer.checkOpen();
    if (!table.schema().lineage().contains(lineage)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot log a %s: table '%s' declares no such lineage; lineage(Lineage.%s) in its schema does",
              lineage.label(), table.name(), lineage.name()));
    }
  }

  private void checkSlot(int slot) {
    if (slot < 0 || slot >= table.rows()) {
      throw new InvalidUseException(
          Text.of(
              "Unknown slot %d of table '%s': it has %d rows", slot, table.name(), table.rows()));
    }
  }

  @Override
  TickBuffer buffer() {
    return buffer;
  }

  MutableTable table() {
    return table;
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

  Unproven unproven() {
    return unproven;
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
