// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.IdPolicy;
import org.arrowworld.schema.TableKind;
import org.arrowworld.table.Entity;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.BornRows;

/**
 * How rows come into one table in one tick: with an id that the table chooses, with one that is
 * given, or, in a presence table, with that of an entity.
 */
final class Insertions {
  private final TickBuffer buffer;
  private final TableBuffer owner;
  private final MutableTable table;
  private final InsertionList rows;

  Insertions(TickBuffer buffer, TableBuffer owner, MutableTable table) {
    this.buffer = buffer;
    this.owner = owner;
    this.table = table;
    this.rows = new InsertionList(table.name(), table.schema().columns().size());
  }

  InsertionList rows() {
    return rows;
  }

  Born insert(int causeId) {
    checkAllocates();
    return row(rows.add(buffer.system(), causeId, InsertionList.NO_ID));
  }

  BornRows insertAll(int count) {
    checkAllocates();
    if (count < 0) {
      throw new InvalidUseException(
          Text.of("Cannot insert %d rows into table '%s'", count, table.name()));
    }
    int first = rows.addAll(buffer.system(), count);
    return new NewRows(owner, rows.births(), first, count);
  }

  private void checkAllocates() {
    buffer.checkOpen();
    if (isPresence()) {
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

  private boolean isPresence() {
    return table.schema().kind() == TableKind.PRESENCE;
  }

  private boolean hasExternalIds() {
    return table.schema().kind() == TableKind.ROW && table.schema().ids() == IdPolicy.EXTERNAL;
  }

  Born insertId(int id) {
    checkId(id);
    return row(add(id));
  }

  BornRows insertIds(int[] ids) {
    Given.required("insert rows", "array of ids", ids);
    for (int id : ids) {
      checkId(id);
    }
    int first = rows.size();
    for (int id : ids) {
      add(id);
    }
    return new NewRows(owner, rows.births(), first, ids.length);
  }

  private void checkId(int id) {
    buffer.checkOpen();
    boolean chosen = hasExternalIds();
    if (!chosen && !isPresence()) {
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
  }

  private int add(int id) {
    int causeId = isPresence() ? id : 0;
    return rows.add(buffer.system(), causeId, Integer.toUnsignedLong(id));
  }

  Born insert(Entity entity) {
    of().referents().require(entity);
    return row(enter(entity));
  }

  BornRows insertAll(BornRows newborns) {
    Referents referents = of().referents();
    int count = Given.required("insert rows", "handle of newborns", newborns).size();
    for (int i = 0; i < count; i++) {
      referents.require(newborns.get(i));
    }
    int first = rows.size();
    for (int i = 0; i < count; i++) {
      enter(newborns.get(i));
    }
    return new NewRows(owner, rows.births(), first, count);
  }

  private int enter(Entity entity) {
    long id = of().referents().idOf(entity);
    return entity instanceof NewRow newborn
        ? rows.addNewborn(buffer.system(), id, newborn.row())
        : add((int) id);
  }

  private TableBuffer of() {
    buffer.checkOpen();
    if (!isPresence()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot insert an entity into table '%s': it is not a presence table", table.name()));
    }
    return owner.of();
  }

  /** The row that a newborn of another table enters this one with; null if it does not. */
  NewRow entered(NewRow newborn) {
    boolean may = isPresence() && newborn.table() == owner.of();
    int row = may ? rows.rowOfNewborn(newborn.row()) : -1;
    return row < 0 ? null : row(row);
  }

  private NewRow row(int row) {
    return new NewRow(owner, rows.births(), row);
  }
}
