// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.Store;
import org.arrowworld.export.parquet.ParquetCompression;
import org.arrowworld.export.parquet.ParquetLogWriter;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.parquet.ParquetTableWriter;
import org.arrowworld.export.rows.FileOrigin;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.Json;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.table.TableColumns;
import org.arrowworld.table.World;

/**
 * The Java side of {@code python/test_parquet.py}.
 *
 * <pre>
 * table OUT SEED ROWS   a table of every type as OUT/table-zstd.parquet and -none, its columns'
 *                       little-endian bytes beside it, and words.json
 * store STORE OUT       a store's last world and its log, the same way
 * </pre>
 */
public final class ParquetMain {
  private ParquetMain() {}

  public static void main(String[] args) throws IOException {
    switch (args[0]) {
      case "table" -> table(Path.of(args[1]), Long.parseLong(args[2]), Integer.parseInt(args[3]));
      case "store" -> store(new DiskStorage(Path.of(args[1])), Path.of(args[2]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void table(Path out, long seed, int rows) throws IOException {
    MutableCodebook words = new MutableCodebook();
    for (int i = 0; i < 1000; i++) {
      words.intern("word " + i + " \u00e9\ud83d\ude00".repeat(i % 3));
    }
    EveryType table = new EveryType(seed, rows, words.size());
    DiskStorage storage = new DiskStorage(out);
    Map<String, ParquetCompression> forms = new LinkedHashMap<>();
    forms.put("zstd", ParquetCompression.zstd(1));
    forms.put("none", ParquetCompression.none());
    for (Map.Entry<String, ParquetCompression> form : forms.entrySet()) {
      new ParquetTableWriter(storage, ParquetOptions.DEFAULT.with(form.getValue()))
          .write("table-" + form.getKey() + ".parquet", table, words, Map.of("aw.seed", "" + seed));
    }
    raw(out, table);
    words(out, words);
  }

  private static void store(DiskStorage storage, Path out) throws IOException {
    DiskStorage target = new DiskStorage(out);
    try (Store history = Store.open(storage);
        World world = history.at(history.lastTick())) {
      ParquetTableWriter writer = new ParquetTableWriter(target, ParquetOptions.DEFAULT);
      for (TableColumns table : world.tables()) {
        FileOrigin footer =
            FileOrigin.of(history.info()).table(table.name(), world.tick(), Hashes.table(table));
        writer.write(table.name() + ".parquet", table, world.codebook(), footer.pairs());
        raw(out, table);
      }
      words(out, world.codebook());
      new ParquetLogWriter(target, ParquetOptions.DEFAULT)
          .write("log.parquet", history, 0, history.lastTick());
      log(out, history);
    }
  }

  private static void raw(Path out, TableColumns table) throws IOException {
    for (Column column : table.columns()) {
      String name = Text.of("%s.%s.%s", table.name(), column.name(), column.type().label());
      write(out.resolve(name), table.bytes(column));
    }
  }

  private static void words(Path out, Codebook words) throws IOException {
    List<String> list = new ArrayList<>();
    for (int code = 0; code < words.size(); code++) {
      list.add(words.word(code));
    }
    Files.write(out.resolve("words.json"), Json.write(list).getBytes(StandardCharsets.UTF_8));
  }

  private static void log(Path out, Store history) throws IOException {
    Triples all = new Triples(1 << 16);
    List<String> texts = new ArrayList<>();
    history
        .log()
        .scan(
            0,
            history.lastTick(),
            (batch, from, to) -> {
              batch.copyTo(all, from, to);
              for (int row = from; row < to; row++) {
                texts.add(batch.word(row));
              }
            });
    ByteBuffer bytes = ByteBuffer.allocate(8 * all.size()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(all.ticks(), 0, all.size());
    write(out.resolve("log.tick.u64"), bytes);
    bytes.asLongBuffer().put(all.vals(), 0, all.size());
    write(out.resolve("log.val.f64"), bytes);
    bytes.limit(4 * all.size()).asIntBuffer().put(all.rids(), 0, all.size());
    write(out.resolve("log.rid.u32"), bytes);
    bytes.limit(2 * all.size()).asCharBuffer().put(all.keys(), 0, all.size());
    write(out.resolve("log.key_code.u16"), bytes);
    List<String> keys = history.log().keys().from(0).stream().map(k -> k.name()).toList();
    Files.write(out.resolve("keys.json"), Json.write(keys).getBytes(StandardCharsets.UTF_8));
    Files.write(out.resolve("texts.json"), Json.write(texts).getBytes(StandardCharsets.UTF_8));
  }

  private static void write(Path file, ByteBuffer bytes) throws IOException {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(bytes.position(), copy);
    Files.write(file, copy);
  }

  /** A table with a random, a repetitive and a rising column of every type. */
  private static final class EveryType implements TableColumns {
    private final Map<Column, ByteBuffer> columns = new LinkedHashMap<>();
    private final int rows;

    EveryType(long seed, int rows, int words) {
      this.rows = rows;
      for (ColumnType type : ColumnType.values()) {
        for (int shape = 0; shape < 3; shape++) {
          String name = type.label() + "_" + List.of("any", "few", "up").get(shape);
          Column column = Column.of(name, type);
          columns.put(column, fill(new SplitMix(seed, columns.size()), type, shape, words));
        }
      }
    }

    private ByteBuffer fill(SplitMix random, ColumnType type, int shape, int words) {
      int width = type.widthBytes();
      ByteBuffer data = ByteBuffer.allocateDirect(rows * width).order(ByteOrder.LITTLE_ENDIAN);
      for (int row = 0; row < rows; row++) {
        long bits =
            switch (shape) {
              case 0 -> random.next();
              case 1 -> 0x7FF0_0000_7F80_0000L * random.below(7);
              default -> type == ColumnType.F64 ? Double.doubleToRawLongBits(row) : row;
            };
        switch (type) {
          case BOOL -> data.put((byte) (bits & 1));
          case STRING -> data.putInt((int) Long.remainderUnsigned(bits, words));
          default -> {
            for (int i = 0; i < width; i++) {
              data.put((byte) (bits >>> (8 * i)));
            }
          }
        }
      }
      return data.flip();
    }

    @Override
    public String name() {
      return "table";
    }

    @Override
    public int rows() {
      return rows;
    }

    @Override
    public List<Column> columns() {
      return new ArrayList<>(columns.keySet());
    }

    @Override
    public ByteBuffer bytes(Column column) {
      return columns.get(column).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
