package org.arrowworld.tick;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.IdPolicy;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.Values;
import org.arrowworld.table.World;
import org.arrowworld.table.WorldTable;

/**
 * Turns the mutations of a tick into triples in canonical order (spec O-1 to O-6), choosing ids and
 * generations for births. Changes nothing but the codebook, which gets the new words.
 */
final class Cleanup {
  private final World world;
  private final Codebook codebook;
  private final Triples out;
  private final List<Deaths> deaths = new ArrayList<>();
  private MutationBuffer buffer;
  private long tick;

  /** The rows of one table that die this tick. */
  private static final class Deaths {
    final BitSet slots = new BitSet();

    /** Their ids in the order they die. */
    int[] ids = new int[0];

    /** The ids born this tick, for presence rows that refer to them. */
    final Set<Integer> born = new HashSet<>();
  }

  /**
   * @param out where rows go; cleared by {@link #run}
   */
  Cleanup(World world, Triples out) {
    this.world = world;
    this.codebook = world.codebook();
    this.out = out;
    world.tables().forEach(t -> deaths.add(new Deaths()));
  }

  /** Makes the rows of a tick, without its commit row. */
  void run(MutationBuffer mutations) {
    buffer = mutations;
    tick = mutations.tick();
    out.clear();
    emit(mutations.inputs(), identity(mutations.inputs().size()));
    for (int i = 0; i < mutations.tables().size(); i++) {
      collectDeaths(mutations.tables().get(i), deaths.get(i));
    }
    for (int i = 0; i < mutations.tables().size(); i++) {
      TableMutations table = mutations.tables().get(i);
      if (table.table().schema().kind() != TableKind.PRESENCE) {
        emitValues(table);
        emit(table.events(), table.events().byKeyAndRid());
        emitDeaths(table, deaths.get(i));
        emitBirths(table, deaths.get(i));
      }
    }
    for (int i = 0; i < mutations.tables().size(); i++) {
      TableMutations table = mutations.tables().get(i);
      if (table.table().schema().kind() == TableKind.PRESENCE) {
        cascade(table, deaths.get(i));
        emitDeaths(table, deaths.get(i));
        emitPresences(table, deaths.get(i));
      }
    }
  }

  private static int[] identity(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    return order;
  }

  private void add(int rid, int key, long pattern) {
    out.add(tick, rid, key, pattern);
  }

  private long code(long pendingWord) {
    return Values.ofInteger(codebook.intern(buffer.words().word(pendingWord)));
  }

  private void emit(RowList rows, int[] order) {
    for (int i : order) {
      Key key = buffer.keyTable().key(rows.key(i));
      long pattern = rows.pattern(i);
      add(rows.rid(i), key.code(), key.type() == ColumnType.STRING ? code(pattern) : pattern);
    }
  }

  private void emitValues(TableMutations table) {
    int[] ids = null;
    for (ColumnStaging staging : table.columns()) {
      if (staging.isEmpty()) {
        continue;
      }
      boolean words = staging.column().definition().type() == ColumnType.STRING;
      if (staging.isWhole() && !words) {
        ids = ids == null ? table.table().ids() : ids;
        out.addColumn(tick, staging.key(), ids, staging.patterns(), 0, ids.length);
        continue;
      }
      for (int slot = staging.nextSlot(0); slot >= 0; slot = staging.nextSlot(slot + 1)) {
        long pattern = staging.pattern(slot);
        add(table.table().id(slot), staging.key(), words ? code(pattern) : pattern);
      }
    }
  }

  private static void collectDeaths(TableMutations table, Deaths dying) {
    dying.slots.clear();
    dying.born.clear();
    dying.slots.or(table.removals());
  }

  /** Adds the presence rows of entities that die this tick (spec O-5). */
  private void cascade(TableMutations presence, Deaths dying) {
    int of = tableIndex(presence.table().schema().of().orElseThrow());
    for (int id : deaths.get(of).ids) {
      int slot = presence.table().slotOf(id);
      if (slot >= 0) {
        dying.slots.set(slot);
      }
    }
  }

  private int tableIndex(String name) {
    return world.tables().indexOf(world.table(name));
  }

  private void emitDeaths(TableMutations mutations, Deaths dying) {
    WorldTable table = mutations.table();
    dying.ids = new int[dying.slots.cardinality()];
    int n = 0;
    for (int slot = dying.slots.length() - 1;
        slot >= 0;
        slot = dying.slots.previousSetBit(slot - 1)) {
      int id = table.id(slot);
      add(id, mutations.keys().died(), Values.ofInteger(Integer.toUnsignedLong(table.gen(slot))));
      long cause = mutations.removalCause(slot);
      if (cause != InsertionList.NO_ID) {
        add(id, mutations.keys().cause(), code(cause));
      }
      dying.ids[n++] = id;
    }
  }

  private void emitBirths(TableMutations mutations, Deaths dying) {
    InsertionList rows = mutations.insertions();
    WorldTable table = mutations.table();
    boolean appendOnly = table.schema().kind() == TableKind.APPEND_ONLY;
    boolean external = !appendOnly && table.schema().ids() == IdPolicy.EXTERNAL;
    NextIds next = new NextIds(table, dying.ids);
    int n = table.rows();
    int[] ordered = rows.ordered();
    table.reserve(Math.addExact(n, ordered.length)); // nothing may fail once the tick is logged
    for (int row : ordered) {
      int id;
      int gen = 0;
      if (appendOnly) {
        id = n++;
      } else {
        id = external ? (int) rows.id(row) : next.take();
        gen = generation(table, dying, id);
        if (external) {
          checkFree(table, dying, id);
        }
        dying.born.add(id);
      }
      add(id, mutations.keys().born(), Values.ofInteger(Integer.toUnsignedLong(gen)));
      if (rows.parent(row) != InsertionList.NO_ID) {
        add(id, mutations.keys().parent(), Values.ofInteger(rows.parent(row)));
      }
      emitInsertedValues(mutations, row, id);
    }
  }

  /** The ids that births get: freed this tick, last first, then the stack, then new ones. */
  private static final class NextIds {
    private final WorldTable table;
    private final int[] freed;
    private int freedLeft;
    private int stackLeft;
    private int next;

    NextIds(WorldTable table, int[] freed) {
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

  private static int generation(WorldTable table, Deaths dying, int id) {
    int slot = table.slotOf(id);
    boolean diesNow = slot >= 0 && dying.slots.get(slot) && table.schema().hasGenerations();
    return diesNow ? table.gen(slot) + 1 : table.generationAtBirth(id);
  }

  private static void checkFree(WorldTable table, Deaths dying, int id) {
    int slot = table.slotOf(id);
    boolean live = slot >= 0 && !dying.slots.get(slot);
    if (live || dying.born.contains(id)) {
      throw new InvalidUseException(
          Text.of(
              "Duplicate id: cannot give birth to %s, which is %s",
              table.describe(id), live ? "live" : "born in this tick already"));
    }
  }

  private void emitInsertedValues(TableMutations mutations, int row, int id) {
    List<Column> columns = mutations.table().schema().columns();
    InsertionList rows = mutations.insertions();
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      boolean word = column.type() == ColumnType.STRING;
      if (word && !rows.isGiven(row, i)) {
        throw new InvalidUseException(
            Text.of(
                "Cannot insert into table '%s' without a value for string column '%s'",
                mutations.table().name(), column.name()));
      }
      if (word) {
        add(id, mutations.keys().values().get(i), code(rows.pattern(row, i)));
      } else if (rows.isGiven(row, i) && rows.pattern(row, i) != column.defaultBits()) {
        add(id, mutations.keys().values().get(i), rows.pattern(row, i));
      }
    }
  }

  private void emitPresences(TableMutations mutations, Deaths dying) {
    WorldTable presence = mutations.table();
    int of = tableIndex(presence.schema().of().orElseThrow());
    WorldTable target = world.tables().get(of);
    Deaths targetDeaths = deaths.get(of);
    InsertionList rows = mutations.insertions();
    int[] ordered = rows.ordered();
    presence.reserve(Math.addExact(presence.rows(), ordered.length));
    for (int row : ordered) {
      int id = (int) rows.id(row);
      int slot = target.slotOf(id);
      boolean lives = slot >= 0 && !targetDeaths.slots.get(slot);
      if (slot < 0 && !targetDeaths.born.contains(id)) {
        throw new InvalidUseException(
            Text.of(
                "Cannot add %s to table '%s': it does not live",
                target.describe(id), presence.name()));
      }
      if (!lives && !targetDeaths.born.contains(id)) {
        continue; // it dies this tick
      }
      checkFree(presence, dying, id);
      dying.born.add(id);
      add(id, mutations.keys().born(), 0);
    }
  }
}
