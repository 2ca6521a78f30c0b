// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.hash;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Blake2b;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.WorldState;
import org.arrowworld.internal.world.WorldState.IdState;
import org.arrowworld.internal.world.WorldState.TableState;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.TableKind;
import org.arrowworld.table.TableColumns;
import org.arrowworld.table.WorldView;

/** BLAKE2b-128 hashes of tables and worlds, as lower-case hex (spec hash.md). */
public final class Hashes {
  private static final int DIGEST_BYTES = 16;
  private static final int ROWS_AT_ONCE = 1 << 20;

  private Hashes() {}

  /** {@code hash_columns}: rows {@code [0, n)} of the named columns, in the given order. */
  public static String columns(TableColumns table, List<String> names) {
    Map<String, Column> columns = new HashMap<>();
    table.columns().forEach(c -> columns.put(c.name(), c));
    Blake2b hash = new Blake2b(DIGEST_BYTES);
    for (String name : names) {
      Column column = columns.get(name);
      if (column == null) {
        throw new InvalidUseException(
            Text.of(
                "Unknown column '%s' of table '%s': it has %s",
                name,
                table.name(),
                Nearest.of(name, table.columns().stream().map(Column::name).toList())));
      }
      for (int row = 0; row < table.rows(); ) {
        int end = (int) Math.min(table.rows(), row + (long) ROWS_AT_ONCE);
        hash.update(MutableTable.borrow(table, column, row, end));
        row = end;
      }
    }
    return hex(hash);
  }

  /** {@code hash_columns} over all columns of a table. */
  public static String table(TableColumns table) {
    return columns(table, table.columns().stream().map(Column::name).toList());
  }

  /** {@code hash_world}. */
  public static String world(List<? extends TableColumns> tables) {
    return world(tables, tables.stream().map(Hashes::table).toList());
  }

  /** {@code hash_world}, given {@link #table} of each table. */
  public static String world(List<? extends TableColumns> tables, List<String> tableHashes) {
    Blake2b hash = new Blake2b(DIGEST_BYTES);
    for (int i = 0; i < tables.size(); i++) {
      hash.update(tables.get(i).name().getBytes(StandardCharsets.UTF_8));
      hash.update(new byte[1]);
      hash.update(littleEndian(8).putLong(tables.get(i).rows()).flip());
      hash.update(HexFormat.of().parseHex(tableHashes.get(i)));
    }
    return hex(hash);
  }

  /** {@code resume_hash} of a live world, or of one that {@code at} gave. */
  public static String resume(WorldView world) {
    return resume(WorldState.of(world), world(world.tables()));
  }

  /** {@code resume_hash}, given {@code hash_world}. */
  public static String resume(WorldState state, String worldHash) {
    Blake2b hash = new Blake2b(DIGEST_BYTES);
    hash.update(HexFormat.of().parseHex(worldHash));
    hash.update(littleEndian(8).putLong(state.tick()).flip());
    for (TableState table : state.tables()) {
      if (table.schema().kind() == TableKind.ROW) {
        IdState ids = table.ids();
        ByteBuffer stack = ids.stack();
        hash.update(littleEndian(8).putInt(ids.next()).putInt(stack.remaining() / 4).flip());
        hash.update(stack.duplicate());
      }
    }
    return hex(hash);
  }

  /** The chain that a history begins with whose base is this state (spec H-4); never 0. */
  public static long beginning(WorldState state) {
    List<TableColumns> tables = new ArrayList<>();
    state.tables().forEach(table -> tables.add(table.rows()));
    return beginning(state, resume(state, world(tables)));
  }

  /** As {@link #beginning(WorldState)}, given {@code resume_hash}. */
  public static long beginning(WorldState state, String resumeHash) {
    Blake2b hash = new Blake2b(Long.BYTES);
    hash.update(HexFormat.of().parseHex(resumeHash));
    for (byte[] word : state.words()) {
      hash.update(littleEndian(4).putInt(word.length).flip());
      hash.update(word);
    }
    long chain = hash.digestLong();
    return chain == 0 ? 1 : chain;
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String hex(Blake2b hash) {
    return HexFormat.of().formatHex(hash.digest());
  }
}
