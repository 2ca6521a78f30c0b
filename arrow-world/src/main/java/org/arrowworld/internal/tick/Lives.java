// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.Arrays;
import java.util.BitSet;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.IdMap;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.schema.IdPolicy;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.Values;

/**
 * Who dies and who is born in one table in one tick, and the numbers births get (spec O-4, O-10 to
 * O-12): known before any row is made, because rows refer to rows born in the same tick.
 */
final class Lives {
  private final TableBuffer buffer;
  private final MutableTable table;
  private final BitSet dying = new BitSet();

  /** The ids that die, in the order they die. */
  private int[] deadIds = new int[0];

  private int[] order = new int[0];
  private IdMap bornIds;

  Lives(TableBuffer buffer) {
    this.buffer = buffer;
    this.table = buffer.table();
  }

  /** Takes the removals that were asked for. */
  void begin() {
    dying.clear();
    dying.or(buffer.removals());
    bornIds = null;
    numberDeaths();
  }

  private void numberDeaths() {
    deadIds = new int[dying.cardinality()];
    int n = 0;
    for (int slot = lastDying(); slot >= 0; slot = dyingBefore(slot)) {
      deadIds[n++] = table.id(slot);
    }
  }

  /** Takes the rows of entities that die this tick out of a presence table (spec O-5). */
  private void cascade(Lives target) {
    for (int id : target.deadIds) {
      int slot = table.slotOf(id);
      if (slot >= 0) {
        dying.set(slot);
      }
    }
    numberDeaths();
  }

  /** The highest slot that dies, -1 if none does: deaths come by descending slot. */
  int lastDying() {
    return dying.length() - 1;
  }

  /** The next lower slot that dies, -1 if none does. */
  int dyingBefore(int slot) {
    return dying.previousSetBit(slot - 1);
  }

  /** Gives each row its number. Nothing may fail once the tick is logged, so makes room too. */
  void numberBirths() {
    InsertionList rows = buffer.insertions();
    order = rows.ordered();
    table.reserve(Math.addExact(table.rows(), order.length));
    int[] ids = new int[rows.size()];
    int[] gens = new int[rows.size()];
    boolean appendOnly = table.schema().kind() == TableKind.APPEND_ONLY;
    boolean external = !appendOnly && table.schema().ids() == IdPolicy.EXTERNAL;
    NextIds next = new NextIds(table, deadIds);
    int row = table.rows();
    for (int birth : order) {
      if (appendOnly) {
        ids[birth] = row++;
        continue;
      }
      int id = external ? (int) rows.id(birth) : next.take();
      if (external) {
        checkFree(id);
        born().put(id, birth);
      }
      ids[birth] = id;
      gens[birth] = generation(id);
    }
    rows.births().assign(ids, gens);
  }

  /**
   * Takes who enters a presence table, and who leaves it with its death; those who would enter and
   * die now are left out.
   *
   * @param target the lives of the table that it is of, which have their numbers
   */
  void numberPresences(Lives target) {
    cascade(target);
    InsertionList rows = buffer.insertions();
    int[] entering = rows.ordered();
    table.reserve(Math.addExact(table.rows(), entering.length));
    int[] ids = new int[rows.size()];
    int[] gens = new int[rows.size()];
    int n = 0;
    for (int row : entering) {
      int id = (int) rows.id(row);
      ids[row] = id;
      if (!target.livesOrIsBorn(id)) {
        throw new InvalidUseException(
            Text.of(
                "Cannot add %s to table '%s': it does not live",
                target.table.describe(id), table.name()));
      }
      if (rows.isHandle(row) || target.stays(id)) {
        checkFree(id);
        born().put(id, row);
        entering[n++] = row;
      }
      gens[row] = target.generationOf(id, rows.isHandle(row));
    }
    order = Arrays.copyOf(entering, n);
    rows.births().assign(ids, gens);
  }

  /** The generation of who has an id at tick start, or is born to it. */
  private int generationOf(int id, boolean isNewborn) {
    int slot = table.slotOf(id);
    return slot >= 0 && !isNewborn
        ? table.gen(slot)
        : buffer.insertions().births().assignedGen(born().get(id));
  }

  /** The rows to be born, in their order. */
  int[] births() {
    return order;
  }

  /** Whether an id lived at tick start, or is born in this tick. */
  boolean livesOrIsBorn(int id) {
    return table.slotOf(id) >= 0 || born().get(id) >= 0;
  }

  /** Whether who has an id goes on to live: who had it at tick start, or else who is born to it. */
  private boolean stays(int id) {
    int slot = table.slotOf(id);
    return slot >= 0 ? !dying.get(slot) : born().get(id) >= 0;
  }

  /** Whether an id is of a row that dies in this tick, so that a row born to it is the second. */
  boolean isOfDying(int id) {
    int slot = table.slotOf(id);
    return slot >= 0 && dying.get(slot);
  }

  private IdMap born() {
    if (bornIds == null) {
      bornIds = new IdMap();
      Births births = buffer.insertions().births();
      for (int row = 0; births.isAssigned() && row < buffer.insertions().size(); row++) {
        bornIds.put(births.assignedId(row), row);
      }
    }
    return bornIds;
  }

  private int generation(int id) {
    int slot = table.slotOf(id);
    boolean diesNow = slot >= 0 && dying.get(slot) && table.schema().hasGenerations();
    return diesNow ? table.gen(slot) + 1 : table.generationAtBirth(id);
  }

  private void checkFree(int id) {
    int slot = table.slotOf(id);
    boolean live = slot >= 0 && !dying.get(slot);
    if (live || born().get(id) >= 0) {
      throw new InvalidUseException(
          Text.of(
              "Duplicate id: cannot give birth to %s, which is %s",
              table.describe(id), live ? "live" : "born in this tick already"));
    }
  }

  /** The generation that the log has of a birth, as a pattern. */
  long generationPattern(int row) {
    boolean counts = table.schema().hasGenerations();
    int gen = counts ? buffer.insertions().births().assignedGen(row) : 0;
    return Values.ofInteger(Integer.toUnsignedLong(gen));
  }

  /** The ids that births get: freed this tick, last first, then the stack, then new ones. */
  private static final class NextIds {
    private final MutableTable table;
    private final int[] freed;
    private int freedLeft;
    private int stackLeft;
    private int next;

    NextIds(MutableTable table, int[] freed) {
      this.table = table;
      this.freed = freed;
      this.freedLeft = table.schema().hasGenerations() ? freed.length : 0;
      this.stackLeft = table.freeDepth();
      this.next = table.nextId();
    }

    int take() {
      if (freedLeft > 0) {
        return freed[--freedLeft];
      }
      if (stackLeft > 0) {
        return table.freeId(--stackLeft);
      }
      if (next == -1) {
        throw new InvalidUseException(
            Text.of("Cannot insert into table '%s': its u32 ids are used up", table.name()));
      }
      return next++;
    }
  }
}
