// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.export.parquet.ParquetCompression;
import org.arrowworld.export.parquet.ParquetLogWriter;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.parquet.ParquetTableWriter;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.TableColumns;

/**
 * The Java side of parquet.py: {@code write DIR TABLE_ROWS LOG_ROWS RUNS LEVEL}; prints JSON lines,
 * the first with what the files must hold.
 */
public final class ParquetBench {
  private static final int TICKS = 20;

  /** A birth and eight values. */
  private static final int ROWS_OF_A_BIRTH = 9;

  private ParquetBench() {}

  public static void main(String[] args) throws IOException {
    Path dir = Path.of(args[1]);
    int rows = Integer.parseInt(args[2]);
    int entities = Math.max(TICKS, Integer.parseInt(args[3]) / ROWS_OF_A_BIRTH);
    int runs = Integer.parseInt(args[4]);
    DiskStorage out = new DiskStorage(dir);
    Table table = new Table(rows);
    Map<String, ParquetCompression> forms = new LinkedHashMap<>();
    forms.put("none", ParquetCompression.none());
    forms.put("zstd", ParquetCompression.zstd(Integer.parseInt(args[5])));
    try (BufferAllocator memory = new RootAllocator()) {
      DiskStorage store = new DiskStorage(dir.resolve("store"));
      if (!StoreInfo.exists(store)) {
        fill(store, entities, memory);
      }
      try (Store history = Store.open(store)) {
        facts(table, history);
        for (Map.Entry<String, ParquetCompression> form : forms.entrySet()) {
          ParquetOptions options = ParquetOptions.DEFAULT.with(form.getValue());
          for (int run = 0; run < runs; run++) {
            String name = "table-" + form.getKey() + ".parquet";
            Files.deleteIfExists(dir.resolve(name));
            long start = System.nanoTime();
            var info =
                new ParquetTableWriter(out, options)
                    .write(name, table, new MutableCodebook(), Map.of());
            report("table", form.getKey(), info.rows(), info.bytes(), start);
            name = "log-" + form.getKey() + ".parquet";
            Files.deleteIfExists(dir.resolve(name));
            start = System.nanoTime();
            info = new ParquetLogWriter(out, options).write(name, history, 0, history.lastTick());
            report("log", form.getKey(), info.rows(), info.bytes(), start);
          }
        }
      }
    }
  }

  /** The world's table. */
  static TableColumns table(int rows) {
    return new Table(rows);
  }

  private static void facts(TableColumns table, Store history) throws IOException {
    List<String> hashes =
        table.columns().stream()
            .map(
                c ->
                    String.format(
                        Locale.ROOT,
                        "\"%s\":\"%s\"",
                        c.name(),
                        Hashes.columns(table, List.of(c.name()))))
            .toList();
    System.out.printf(
        Locale.ROOT,
        "{\"table_hashes\":{%s},\"log_rows\":%d,\"chain\":\"%016x\"}\n",
        String.join(",", hashes),
        history.end().seq(),
        history.end().chain());
  }

  private static void report(String view, String form, long rows, long bytes, long start) {
    System.out.printf(
        Locale.ROOT,
        "{\"writer\":\"arrow-world\",\"view\":\"%s\",\"codec\":\"%s\",\"rows\":%d,\"bytes\":%d,\"seconds\":%.4f}\n",
        view,
        form,
        rows,
        bytes,
        (System.nanoTime() - start) / 1e9);
  }

  private static void fill(DiskStorage store, int entities, BufferAllocator memory)
      throws IOException {
    TableSchema.Builder table = TableSchema.row("c");
    List<String> names = List.of("x", "y", "vx", "vy", "energy", "age", "kind", "mark");
    names.forEach(name -> table.column(name, ColumnType.F64));
    StoreInfo info = StoreInfo.create(WorldSchema.of(table.build()), "tick", Map.of());
    SplittableRandom random = new SplittableRandom(1);
    try (LiveWorld live =
        LiveWorld.create(store, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int tick = 0; tick < TICKS; tick++) {
        live.tick(
            t -> {
              for (int i = 0; i < entities / TICKS; i++) {
                var row = t.table("c").insert();
                for (int k = 0; k < names.size(); k++) {
                  if (k < 4) {
                    row.set(names.get(k), random.nextDouble());
                  } else {
                    row.set(names.get(k), (double) random.nextInt(1, 1000));
                  }
                }
              }
            });
      }
    }
  }

  /** 36 bytes a row. */
  private static final class Table implements TableColumns {
    private final Map<Column, ByteBuffer> columns = new LinkedHashMap<>();
    private final int rows;

    Table(int rows) {
      this.rows = rows;
      SplittableRandom random = new SplittableRandom(7);
      ByteBuffer id = add("id", ColumnType.U32);
      ByteBuffer gen = add("gen", ColumnType.U32);
      ByteBuffer x = add("x", ColumnType.F32);
      ByteBuffer y = add("y", ColumnType.F32);
      ByteBuffer energy = add("energy", ColumnType.F64);
      ByteBuffer born = add("born", ColumnType.U64);
      ByteBuffer age = add("age", ColumnType.U16);
      ByteBuffer kind = add("kind", ColumnType.U8);
      ByteBuffer awake = add("awake", ColumnType.BOOL);
      for (int i = 0; i < rows; i++) {
        id.putInt(i);
        gen.putInt(random.nextInt(8));
        x.putFloat(random.nextFloat());
        y.putFloat(random.nextFloat());
        energy.putDouble(random.nextDouble() * 100);
        born.putLong(random.nextInt(100_000));
        age.putShort((short) random.nextInt(5000));
        kind.put((byte) random.nextInt(12));
        awake.put((byte) random.nextInt(2));
      }
      columns.values().forEach(ByteBuffer::flip);
    }

    private ByteBuffer add(String name, ColumnType type) {
      ByteBuffer data =
          ByteBuffer.allocateDirect(rows * type.widthBytes()).order(ByteOrder.LITTLE_ENDIAN);
      columns.put(Column.of(name, type), data);
      return data;
    }

    @Override
    public String name() {
      return "world";
    }

    @Override
    public int rows() {
      return rows;
    }

    @Override
    public List<Column> columns() {
      return List.copyOf(columns.keySet());
    }

    @Override
    public ByteBuffer bytes(Column column) {
      return columns.get(column).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
