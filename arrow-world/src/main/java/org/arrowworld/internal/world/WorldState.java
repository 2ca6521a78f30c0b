// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.IdPolicy;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.table.TableColumns;
import org.arrowworld.table.WorldView;

/**
 * What of a world is kept: its tables, its words, and which ids come next.
 *
 * @param schema the world's
 * @param tick the tick after which it stands
 * @param tables in schema order
 * @param codebook the words; others may be added meanwhile
 * @param codes how many words count
 */
public record WorldState(
    WorldSchema schema, long tick, List<TableState> tables, Codebook codebook, int codes) {

  /**
   * A table and its ids.
   *
   * @param schema the table's
   * @param rows its rows
   * @param ids its allocator
   */
  public record TableState(TableSchema schema, TableColumns rows, IdState ids) {}

  /**
   * The ids of a table.
   *
   * @param next the next id that never lived
   * @param dead what a snapshot's free file lists (spec N-4), little-endian u32s: the free stack
   *     from the bottom, or the dead external ids
   * @param generations the generation each of them last lived in
   * @param policy whether they are a stack
   */
  public record IdState(int next, ByteBuffer dead, ByteBuffer generations, IdPolicy policy) {

    /** Number of dead ids. */
    public int count() {
      return dead.remaining() / Integer.BYTES;
    }

    /** The free stack from the bottom; empty where ids are external. */
    public ByteBuffer stack() {
      return dead.slice(0, policy == IdPolicy.ALLOCATED ? dead.remaining() : 0);
    }
  }

  /** Views of a world's tables, valid until its next tick; the ids are copied. */
  public static WorldState of(WorldView view) {
    if (!(view instanceof MutableWorld world)) {
      throw new InvalidUseException(
          "Cannot use a world that this library did not make: expected one of a live world, or of at()");
    }
    List<TableState> tables = new ArrayList<>();
    for (MutableTable table : world.tables()) {
      tables.add(new TableState(table.schema(), table, ids(table)));
    }
    return of(world, tables);
  }

  static WorldState of(MutableWorld world, List<TableState> tables) {
    return new WorldState(
        world.schema(), world.tick(), tables, world.codebook(), world.codebook().size());
  }

  static IdState ids(MutableTable table) {
    int[] ids = table.deadIds();
    ByteBuffer dead = littleEndian(ids.length);
    ByteBuffer generations = littleEndian(ids.length);
    for (int id : ids) {
      dead.putInt(id);
      generations.putInt(table.lastGeneration(id));
    }
    return new IdState(table.nextId(), dead.flip(), generations.flip(), table.schema().ids());
  }

  private static ByteBuffer littleEndian(int values) {
    return ByteBuffer.allocate(Math.multiplyExact(Integer.BYTES, values))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The words in UTF-8, by code. */
  public List<byte[]> words() {
    List<byte[]> words = new ArrayList<>();
    for (int code = 0; code < codes; code++) {
      words.add(codebook.word(code).getBytes(StandardCharsets.UTF_8));
    }
    return words;
  }
}
