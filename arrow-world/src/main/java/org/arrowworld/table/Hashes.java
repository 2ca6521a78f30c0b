package org.arrowworld.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.TableKind;
import org.bouncycastle.crypto.digests.Blake2bDigest;

/** BLAKE2b-128 hashes of tables and worlds, as lower-case hex (spec hash.md). */
public final class Hashes {
  private static final int CHUNK_BYTES = 1 << 16;

  private Hashes() {}

  /** {@code hash_columns}: rows {@code [0, n)} of the named columns, in the given order. */
  public static String columns(TableView table, List<String> names) {
    Blake2b hash = new Blake2b();
    for (String name : names) {
      hash.update(table.bytes(column(table, name)));
    }
    return hash.hex();
  }

  private static Column column(TableView table, String name) {
    return table.columns().stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidUseException(
                    "Unknown column '%s' of table '%s'".formatted(name, table.name())));
  }

  /** {@code hash_columns} over all columns of a table. */
  public static String table(TableView table) {
    return columns(table, table.columns().stream().map(Column::name).toList());
  }

  /** {@code hash_world}. */
  public static String world(List<? extends TableView> tables) {
    Blake2b hash = new Blake2b();
    for (TableView table : tables) {
      hash.update(table.name().getBytes(StandardCharsets.UTF_8));
      hash.update(new byte[1]);
      hash.update(littleEndian(8).putLong(table.rows()).flip());
      hash.update(HexFormat.of().parseHex(table(table)));
    }
    return hash.hex();
  }

  /** {@code resume_hash}. */
  public static String resume(World world) {
    Blake2b hash = new Blake2b();
    hash.update(HexFormat.of().parseHex(world(world.tables())));
    hash.update(littleEndian(8).putLong(world.tick()).flip());
    for (WorldTable table : world.tables()) {
      if (table.schema().kind() == TableKind.ROW) {
        ByteBuffer state = littleEndian(8 + 4 * table.freeDepth());
        state.putInt(table.nextId()).putInt(table.freeDepth());
        for (int height = 0; height < table.freeDepth(); height++) {
          state.putInt(table.freeId(height));
        }
        hash.update(state.flip());
      }
    }
    return hash.hex();
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static final class Blake2b {
    private final Blake2bDigest digest = new Blake2bDigest(128);
    private final byte[] chunk = new byte[CHUNK_BYTES];

    void update(byte[] bytes) {
      digest.update(bytes, 0, bytes.length);
    }

    void update(ByteBuffer bytes) {
      ByteBuffer source = bytes.duplicate();
      while (source.hasRemaining()) {
        int count = Math.min(chunk.length, source.remaining());
        source.get(chunk, 0, count);
        digest.update(chunk, 0, count);
      }
    }

    String hex() {
      byte[] out = new byte[16];
      digest.doFinal(out, 0);
      return HexFormat.of().formatHex(out);
    }
  }
}
