// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.arrowworld.internal.world.IdMap;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.TableColumns;
import org.arrowworld.table.TableView;
import org.arrowworld.table.WorldView;

/**
 * What differs between two states of the same schema, entity by entity: by id and generation,
 * wherever the rows stand; in presence tables by the generation of who is in them, where both sides
 * are tables of a world. Takes 4 bytes per id of one table at a time.
 */
public final class RowDiff {

  /** How an entity differs. */
  public enum Kind {
    /** It lives on the left side alone. */
    ONLY_LEFT,
    /** It lives on the right side alone. */
    ONLY_RIGHT,
    /** A value differs, bit by bit; of words, what they say. */
    VALUE,
    /** It stands in another row: the order of rows differs. */
    SLOT
  }

  /**
   * One difference.
   *
   * @param kind how
   * @param table the table
   * @param entity the entity; in append-only tables the row's number, in generation 0
   * @param column the column of a value, else null
   * @param left of a value the 64 bits a log row would carry, of words the code on its own side; of
   *     a slot its number; else 0
   * @param right likewise
   */
  public record Difference(
      Kind kind, String table, EntityRef entity, Column column, long left, long right) {}

  /** Receives differences. */
  public interface Visitor {
    /**
     * Takes a difference. Tables come in schema order, in each first what the left side lacks or
     * has differently, by its order, then what the right side lacks.
     *
     * @return whether to go on
     */
    boolean visit(Difference difference) throws IOException;
  }

  private final TableColumns left;
  private final TableColumns right;
  private final Visitor visitor;

  /** The left side's codes of the right side's words, -1 where it has none; null for the same. */
  private final int[] leftCodes;

  private final List<Column> columns;
  private final List<ByteBuffer> leftBytes;
  private final List<ByteBuffer> rightBytes;
  private final ByteBuffer leftIds;
  private final ByteBuffer rightIds;
  private final ByteBuffer leftGens;
  private final ByteBuffer rightGens;

  /** Whether it is a presence table, both of whose sides know which lives are in it. */
  private final boolean namesLives;

  private RowDiff(TableColumns left, TableColumns right, int[] leftCodes, Visitor visitor) {
    this.left = left;
    this.right = right;
    this.leftCodes = leftCodes;
    this.visitor = visitor;
    this.columns = left.columns();
    this.leftBytes = columns.stream().map(c -> MutableTable.borrow(left, c)).toList();
    this.rightBytes = columns.stream().map(c -> MutableTable.borrow(right, c)).toList();
    this.leftIds = bytes(left, "id");
    this.rightIds = bytes(right, "id");
    this.leftGens = bytes(left, "gen");
    this.rightGens = bytes(right, "gen");
    this.namesLives = namesLives(left) && namesLives(right);
  }

  private static boolean namesLives(TableColumns table) {
    return table instanceof TableView view && view.schema().of().isPresent();
  }

  private static ByteBuffer bytes(TableColumns table, String column) {
    for (Column candidate : table.columns()) {
      if (candidate.name().equals(column)) {
        return MutableTable.borrow(table, candidate);
      }
    }
    return null;
  }

  /** Compares worlds of one schema, each with words of its own. */
  public static void compare(WorldView left, WorldView right, Visitor visitor) throws IOException {
    compare(left.tables(), right.tables(), codes(right.codebook(), left.codebook()), visitor);
  }

  /**
   * Compares tables pairwise; both lists have the same tables and columns, and one codebook has the
   * words of both.
   */
  public static void compare(
      List<? extends TableColumns> left, List<? extends TableColumns> right, Visitor visitor)
      throws IOException {
    compare(left, right, null, visitor);
  }

  private static void compare(
      List<? extends TableColumns> left,
      List<? extends TableColumns> right,
      int[] leftCodes,
      Visitor visitor)
      throws IOException {
    boolean goOn = true;
    for (int i = 0; i < left.size() && goOn; i++) {
      goOn = new RowDiff(left.get(i), right.get(i), leftCodes, visitor).run();
    }
  }

  /** The codes in one codebook of the words of another. */
  private static int[] codes(Codebook words, Codebook in) {
    int[] codes = new int[words.size()];
    for (int code = 0; code < codes.length; code++) {
      codes[code] = in.find(words.word(code));
    }
    return codes;
  }

  private boolean run() throws IOException {
    IdMap rightSlots = slots(rightIds, right.rows());
    boolean goOn = true;
    for (int slot = 0; slot < left.rows() && goOn; slot++) {
      EntityRef entity = ref(left, leftIds, leftGens, slot);
      int other = rightIds == null ? slot : rightSlots.get(entity.id());
      boolean there = other >= 0 && other < right.rows();
      if (there && ref(right, rightIds, rightGens, other).equals(entity)) {
        goOn = values(entity, slot, other);
      } else {
        goOn = visitor.visit(new Difference(Kind.ONLY_LEFT, left.name(), entity, null, 0, 0));
      }
    }
    IdMap leftSlots = goOn ? slots(leftIds, left.rows()) : null;
    for (int slot = 0; slot < right.rows() && goOn; slot++) {
      EntityRef entity = ref(right, rightIds, rightGens, slot);
      int other = leftIds == null ? slot : leftSlots.get(entity.id());
      boolean there = other >= 0 && other < left.rows();
      if (!there || !ref(left, leftIds, leftGens, other).equals(entity)) {
        goOn = visitor.visit(new Difference(Kind.ONLY_RIGHT, left.name(), entity, null, 0, 0));
      }
    }
    return goOn;
  }

  private static IdMap slots(ByteBuffer ids, int rows) {
    IdMap slots = new IdMap();
    for (int slot = 0; ids != null && slot < rows; slot++) {
      slots.put(ids.getInt(4 * slot), slot);
    }
    return slots;
  }

  private EntityRef ref(TableColumns table, ByteBuffer ids, ByteBuffer gens, int slot) {
    if (namesLives) {
      return ((TableView) table).ref(slot);
    }
    return new EntityRef(
        ids == null ? slot : ids.getInt(4 * slot), gens == null ? 0 : gens.getInt(4 * slot));
  }

  private boolean values(EntityRef entity, int slot, int other) throws IOException {
    boolean goOn = true;
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      long ours = Cells.read(column.type(), leftBytes.get(i), slot);
      long theirs = Cells.read(column.type(), rightBytes.get(i), other);
      boolean isWord = column.type() == ColumnType.STRING && leftCodes != null;
      long wanted = isWord ? leftCode(theirs) : theirs;
      if (ours != wanted && goOn) {
        goOn = visitor.visit(new Difference(Kind.VALUE, left.name(), entity, column, ours, theirs));
      }
    }
    if (slot != other && goOn) {
      goOn = visitor.visit(new Difference(Kind.SLOT, left.name(), entity, null, slot, other));
    }
    return goOn;
  }

  private long leftCode(long rightCode) {
    return Values.ofInteger(leftCodes[(int) Values.toInteger(rightCode)]);
  }
}
