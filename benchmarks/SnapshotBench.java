// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.parquet.ParquetTableWriter;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.BackgroundSnapshots;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.snapshot.TableFile;
import org.arrowworld.snapshot.TableFiles;
import org.arrowworld.snapshot.Verify;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;
import org.arrowworld.table.TableColumns;

/**
 * The Java side of {@code snapshots.py}: {@code DIR ROWS RUNS}. DIR holds each column's bytes as
 * {@code <column>.bin}. Prints one JSON line per run and measurement; times are in seconds.
 */
public final class SnapshotBench {
  private static final TableSchema CREATURE =
      TableSchema.row("creature")
          .column("pos_x", ColumnType.F32)
          .column("pos_y", ColumnType.F32)
          .column("vel_x", ColumnType.F32)
          .column("vel_y", ColumnType.F32)
          .column("energy", ColumnType.F32)
          .column("birth_t", ColumnType.F64)
          .build();
  private static final Column ENERGY = Column.of("energy", ColumnType.F32);
  private static final StoreId STORE = new StoreId("00112233445566778899aabbccddeeff");
  private static final LogPosition POSITION = new LogPosition(0, 1, 1);

  private final Storage disk;
  private final Storage unforced;
  private final Table table;
  private final int runs;

  private SnapshotBench(Path dir, int rows, int runs) throws IOException {
    this.disk = new DiskStorage(dir);
    this.unforced = new Unforced(disk);
    this.table = Table.read(dir, rows);
    this.runs = runs;
  }

  public static void main(String[] args) throws IOException {
    SnapshotBench bench =
        new SnapshotBench(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    bench.tableFiles();
    bench.snapshots();
    bench.words();
  }

  private interface Step {
    double run() throws IOException;
  }

  /** Runs a step several times, each after its files were deleted; the result is a checksum. */
  private void measure(String what, String path, Step step) throws IOException {
    for (int run = 0; run < runs; run++) {
      if (path != null) {
        AtomicFiles.discard(disk, path);
      }
      long start = System.nanoTime();
      double checksum = step.run();
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "{\"what\":\"%s\",\"seconds\":%.6f,\"bytes\":%d,\"checksum\":%.3f}\n",
          what,
          seconds,
          path == null ? 0 : bytes(path),
          checksum);
    }
  }

  private long bytes(String path) throws IOException {
    long total = 0;
    List<String> names = disk.list(path);
    for (String name : names) {
      total += bytes(path + "/" + name);
    }
    if (names.isEmpty() && disk.exists(path)) {
      try (ReadableFile file = disk.openRead(path)) {
        total += file.size();
      }
    }
    return total;
  }

  private void tableFiles() throws IOException {
    TableFiles.Origin origin = new TableFiles.Origin(STORE, 1, 0, List.of());
    var plain = new TableFiles.Form(origin, BufferCompression.NONE);
    var zstd = new TableFiles.Form(origin, BufferCompression.zstd(1));
    measure("arrow write", "plain.arrow", () -> write(unforced, "plain.arrow", plain));
    measure("arrow write, forced", "plain.arrow", () -> write(disk, "plain.arrow", plain));
    measure("arrow zstd write", "zstd.arrow", () -> write(unforced, "zstd.arrow", zstd));
    measure(
        "parquet write",
        "table.parquet",
        () -> {
          new ParquetTableWriter(unforced, ParquetOptions.DEFAULT)
              .write("table.parquet", table, new MutableCodebook(), Map.of());
          return 0;
        });
    for (String file : List.of("plain.arrow", "zstd.arrow")) {
      String form = file.equals("plain.arrow") ? "arrow" : "arrow zstd";
      measure(form + " open + one column sum (Java)", null, () -> openAndSum(file));
      measure(form + " read all (Java)", null, () -> readAll(file));
    }
  }

  private double write(Storage storage, String path, TableFiles.Form form) throws IOException {
    TableFiles.write(storage, path, table, form);
    return 0;
  }

  private double openAndSum(String path) throws IOException {
    try (TableFile file = TableFile.open(disk, path)) {
      return sum(file.bytes(ENERGY));
    }
  }

  private double readAll(String path) throws IOException {
    try (TableFile file = TableFile.open(disk, path)) {
      file.verify();
      return sum(file.bytes(ENERGY));
    }
  }

  /** The sum as NumPy takes it, several partial sums side by side. */
  private static double sum(ByteBuffer bytes) {
    FloatBuffer values = bytes.asFloatBuffer();
    float[] block = new float[4096];
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    while (values.hasRemaining()) {
      int count = Math.min(block.length, values.remaining());
      values.get(block, 0, count);
      int i = 0;
      for (; i + 3 < count; i += 4) {
        a += block[i];
        b += block[i + 1];
        c += block[i + 2];
        d += block[i + 3];
      }
      for (; i < count; i++) {
        a += block[i];
      }
    }
    return a + b + c + d;
  }

  private void snapshots() throws IOException {
    WorldSchema schema = WorldSchema.of(CREATURE);
    String directory = String.format(Locale.ROOT, "snapshots/%020d.v1", 0);
    try (BufferAllocator memory = new RootAllocator();
        MutableWorld world = new MutableWorld(schema, new MutableCodebook(), memory)) {
      world.table("creature").restore(table, table.rows(), new int[0], new int[0]);
      world.settle(0);
      measure("snapshot write", directory, () -> snapshot(unforced, world));
      measure("snapshot write, forced", directory, () -> snapshot(disk, world));
      Snapshot.Location location = Snapshot.list(disk).get(0);
      for (Verify verify : Verify.values()) {
        measure(
            "snapshot open, " + verify,
            null,
            () -> {
              Snapshot.open(disk, location, STORE, verify).close();
              return 0;
            });
        measure(
            "snapshot open + one column sum, " + verify,
            null,
            () -> {
              try (Snapshot snapshot = Snapshot.open(disk, location, STORE, verify)) {
                return sum(snapshot.table("creature").bytes(ENERGY));
              }
            });
      }
      try (BackgroundSnapshots background =
          new BackgroundSnapshots(disk, STORE, Map.of(), SnapshotWriter.Role.CACHE)) {
        for (int run = 0; run < runs; run++) {
          AtomicFiles.discard(disk, directory);
          long start = System.nanoTime();
          background.begin(world, CompletableFuture.completedFuture(POSITION));
          double pause = (System.nanoTime() - start) / 1e9;
          background.await();
          double whole = (System.nanoTime() - start) / 1e9;
          String line = "{\"what\":\"%s\",\"seconds\":%.6f,\"bytes\":%d,\"checksum\":0}\n";
          System.out.printf(
              Locale.ROOT, line, "background snapshot, pause", pause, bytes(directory));
          System.out.printf(
              Locale.ROOT, line, "background snapshot, until published", whole, bytes(directory));
        }
      }
    }
  }

  private static double snapshot(Storage storage, MutableWorld world) throws IOException {
    SnapshotWriter.write(storage, STORE, world, POSITION, SnapshotWriter.Role.CACHE, Map.of());
    return 0;
  }

  /** 1,000,000 times the same word. */
  private void words() throws IOException {
    Map<Column, ByteBuffer> column = new LinkedHashMap<>();
    column.put(Column.of("kind", ColumnType.STRING), ByteBuffer.allocateDirect(4_000_000));
    Table events = new Table("events", 1_000_000, column);
    TableFiles.Origin origin = new TableFiles.Origin(STORE, 1, 0, List.of("eat"));
    for (var form : List.of(BufferCompression.NONE, BufferCompression.zstd(1))) {
      String name = form == BufferCompression.NONE ? "words arrow" : "words arrow zstd";
      measure(
          name,
          "words.arrow",
          () -> {
            TableFiles.write(unforced, "words.arrow", events, new TableFiles.Form(origin, form));
            return 0;
          });
    }
  }

  /** The columns of the file system's files, in direct memory. */
  private record Table(String name, int rows, Map<Column, ByteBuffer> data)
      implements TableColumns {
    static Table read(Path dir, int rows) throws IOException {
      Map<Column, ByteBuffer> data = new LinkedHashMap<>();
      for (Column column : CREATURE.allColumns()) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(rows * column.type().widthBytes());
        Path file = dir.resolve(column.name() + ".bin");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
          while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
        }
        data.put(column, bytes.flip());
      }
      return new Table("creature", rows, data);
    }

    @Override
    public List<Column> columns() {
      return new ArrayList<>(data.keySet());
    }

    @Override
    public ByteBuffer bytes(Column column) {
      return data.get(column).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** A storage that forces nothing, as pickle and NumPy do not. */
  private static final class Unforced extends ForwardingStorage {
    Unforced(Storage storage) {
      super(storage);
    }

    @Override
    public WritableFile create(String path) throws IOException {
      WritableFile file = super.create(path);
      return new WritableFile() {
        @Override
        public String path() {
          return path;
        }

        @Override
        public long size() throws IOException {
          return file.size();
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
          file.write(source, position);
        }

        @Override
        public void truncate(long size) throws IOException {
          file.truncate(size);
        }

        @Override
        public void force() {}

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }

    @Override
    public void forceDirectory(String directory) {}
  }
}
