// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.Values;
import org.arrowworld.table.Entity;
import org.arrowworld.table.EntityRef;

/**
 * Who may be named in a tick as a row of one table (spec O-16): rows that live at its start, and
 * handles of rows born in it. Ids that are neither are proven when the tick ends.
 */
final class Referents {
  private final TickBuffer buffer;
  private final TableBuffer owner;
  private final MutableTable table;
  private final Unproven unproven = new Unproven();

  Referents(TickBuffer buffer, TableBuffer owner, MutableTable table) {
    this.buffer = buffer;
    this.owner = owner;
    this.table = table;
  }

  void begin() {
    unproven.clear();
  }

  Unproven unproven() {
    return unproven;
  }

  /** Takes an id that must live or be born in this tick. */
  void named(int id, String use) {
    if (table.slotOf(id) < 0) {
      unproven.add(id, use);
    }
  }

  /** As {@link #named}, of the values of a column that holds this table's ids. */
  void written(long[] patterns, int count, String column) {
    for (int i = 0; i < count; i++) {
      written(patterns[i], column);
    }
  }

  /** As {@link #named}, of a value of a column that holds this table's ids. */
  void written(long pattern, String column) {
    if (PendingEntities.isPendingPattern(pattern)) {
      return; // a row born in this tick
    }
    long id = Values.toInteger(pattern);
    if (id != Column.NO_ROW && table.slotOf((int) id) < 0) {
      unproven.add((int) id, "write '" + column + "' with");
    }
  }

  /** The slot of an entity that lives. */
  int slot(EntityRef entity) {
    buffer.checkOpen();
    int slot = table.slotOf(entity);
    if (slot < 0) {
      TableBuffer of = owner.of();
      if (of != null && of.table().slotOf(entity) >= 0) {
        throw notIn(entity.id());
      }
      throw new InvalidUseException(
          Text.of(
              "Stale reference: %s of generation %s does not live",
              table.describe(entity.id()), Integer.toUnsignedString(entity.gen())));
    }
    return slot;
  }

  /** The slot of an id that lives. */
  int slot(int id) {
    buffer.checkOpen();
    int slot = table.slotOf(id);
    if (slot < 0) {
      if (owner.of() != null && !owner.insertions().hasId(id)) {
        throw notIn(id);
      }
      throw new InvalidUseException(
          owner.insertions().hasId(id)
              ? Text.of(
                  "Cannot change %s: it is born in this very tick; use the handle that insert gave",
                  table.describe(id))
              : Text.of("Cannot change %s: it is not live", table.describe(id)));
    }
    return slot;
  }

  private InvalidUseException notIn(int id) {
    return new InvalidUseException(
        Text.of(
            "Cannot change %s: it is not in the presence table; insert(id) puts it there",
            table.describe(id)));
  }

  /** A handle's row in this table, if it is this tick's; a presence table knows whom it gets. */
  NewRow own(NewRow row) {
    NewRow own = usable(row).table() == owner ? row : owner.entered(row);
    if (own == null) {
      throw new InvalidUseException(
          Text.of(
              "Cannot use the handle of %s in table '%s'%s", row, table.name(), notEntered(row)));
    }
    return own;
  }

  private String notEntered(NewRow row) {
    return row.table() == owner.of()
        ? ": it enters it by insert(handle), which was not called"
        : "";
  }

  private NewRow usable(NewRow row) {
    if (!row.isOf(buffer)) {
      throw new InvalidUseException(Text.of("Cannot use the handle of %s in another world", row));
    }
    row.checkUsable();
    return row;
  }

  /** An entity that is no handle. */
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

  /** The slot of an entity that is to be removed. */
  int removable(Entity entity) {
    if (entity instanceof NewRow row) {
      row.checkUsable();
      throw new InvalidUseException(Text.of("Cannot remove %s: it is born in this very tick", row));
    }
    return slot(ref(entity));
  }

  /** Refuses an entity that is no living row of this table, and none born in this tick. */
  void require(Entity entity) {
    if (entity instanceof NewRow row) {
      own(row);
    } else {
      slot(ref(entity)); // a life may have ended
    }
  }

  /** The id of an entity of this table, or what stands for that of a row born in this tick. */
  long idOf(Entity entity) {
    if (entity instanceof NewRow row) {
      return buffer.entities().id(own(row));
    }
    require(entity);
    return Integer.toUnsignedLong(((EntityRef) entity).id());
  }

  /** An entity of any table, as the value of a column or event. */
  long pattern(Entity entity) {
    return entity instanceof NewRow row
        ? buffer.entities().pattern(usable(row))
        : Values.ofInteger(Integer.toUnsignedLong(ref(entity).id()));
  }
}
