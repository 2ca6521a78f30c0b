// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.hostile;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.compression.AbstractCompressionCodec;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.arrowworld.Store;
import org.arrowworld.export.npz.LogNpz;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.parquet.ParquetRowWriter;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.Sources;
import org.arrowworld.internal.world.WorldState;
import org.arrowworld.log.LogPosition;
import org.arrowworld.npy.Compression;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.table.World;

/** Sound files of every kind that can be imported, small. */
final class Samples {
  private static final int ROWS = 5;

  private Samples() {}

  static byte[] trajectories() {
    return "# id frame x y\n1 0 0.5 1\n2 0 -1e3 .25\n1 7 1 1\n\n3\t7 2 2 # born\n"
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** As JuPedSim writes them, in pages as small as they can be. */
  static byte[] database() throws IOException {
    Path file = Files.createTempFile("trajectories", ".sqlite");
    try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = database.createStatement()) {
      statement.execute("pragma page_size = 512");
      statement.execute("create table metadata (key text not null unique, value text not null)");
      statement.execute("insert into metadata values ('version', '2'), ('fps', '10')");
      statement.execute(
          "create table trajectory_data (frame integer not null, id integer not null,"
              + " pos_x real not null, pos_y real, ori_x real, ori_y real)");
      statement.execute(
          "insert into trajectory_data values (0, 1, 0.5, 1, 1, 0), (0, 2, -1.25, 3, 0, 1),"
              + " (1, 1, 0.75, 1, 1, 0), (3, 2, 1e3, null, 0, 1), (3, 1, 1, 1, 1, 0)");
    } catch (SQLException e) {
      throw new IOException(e);
    }
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    return bytes;
  }

  static byte[] csv() {
    return """
        id,n,x,name,ok
        1,-5,1.5,"a, ""b\"\"\",true
        2,18,1e3,,false
        7,0,NaN,"two
        lines",true
        """
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Three entities over four times, one of which comes back. */
  static byte[] history() {
    return """
        id,time,x,name
        1,0,0.5,a
        2,0,1.5,b
        2,1,2.5,b
        3,1.0,1e3,c
        1,4,NaN,a
        """
        .getBytes(StandardCharsets.UTF_8);
  }

  static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(plain);
    }
    return bytes.toByteArray();
  }

  /** Texts as views, one of them longer than a view holds itself. */
  static byte[] views() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (BufferAllocator memory = new RootAllocator()) {
      ViewVarCharVector texts = new ViewVarCharVector("text", memory);
      texts.allocateNew();
      for (int row = 0; row < ROWS; row++) {
        texts.setSafe(row, "word ".repeat(1 + row % 3).getBytes(StandardCharsets.UTF_8));
      }
      texts.setValueCount(ROWS);
      try (VectorSchemaRoot root = VectorSchemaRoot.of(texts);
          ArrowWriter writer = new ArrowFileWriter(root, null, Channels.newChannel(out))) {
        writer.start();
        writer.writeBatch();
        writer.end();
      }
    }
    return out.toByteArray();
  }

  /** Entities at times, as Arrow. */
  static byte[] arrowHistory() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (BufferAllocator memory = new RootAllocator()) {
      BigIntVector id = new BigIntVector("id", memory);
      BigIntVector n = new BigIntVector("n", memory);
      Float8Vector x = new Float8Vector("x", memory);
      for (int row = 0; row < ROWS; row++) {
        id.setSafe(row, row % 2);
        n.setSafe(row, row);
        x.setSafe(row, row / 2.0);
      }
      for (FieldVector vector : List.of(id, n, x)) {
        vector.setValueCount(ROWS);
      }
      try (VectorSchemaRoot root = VectorSchemaRoot.of(id, n, x);
          ArrowWriter writer = new ArrowFileWriter(root, null, Channels.newChannel(out))) {
        writer.start();
        writer.writeBatch();
        writer.end();
      }
    }
    return out.toByteArray();
  }

  static byte[] metadata() {
    return """
        {"fields":["phi"],"velocities":["phi"],"grid_shape":[2,3],"dtype":"float64",\
        "grid_spacing":[0.5,0.25],"grid_bounds":[[0,1],[0,1]],"periodic":[true,false],\
        "parameters":{"c":1.5},"boundary_types":["periodic","neumann"],"dt":0.01,"n_snapshots":2}
        """
        .getBytes(StandardCharsets.UTF_8);
  }

  static byte[] codebook() {
    return """
        {"codebook": ["", "gr\u00fcn"], "str_keys": [1], "key_types": {"0": "f", "1": "i", "2": "i"},
         "fields": {"time": "float64", "word": "int32", "n": "int64"}}
        """
        .getBytes(StandardCharsets.UTF_8);
  }

  static byte[] chunk() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    byte[] meta = "{\"row_count\": 3}".getBytes(StandardCharsets.US_ASCII);
    try (NpzWriter npz = NpzWriter.create(storage, "a.npz", Compression.STORED)) {
      npz.add("_meta", NpyType.U8, new long[] {meta.length}, ByteBuffer.wrap(meta));
      npz.add("rids", NpyType.I32, new long[] {4}, ints(0, 0, 1, 2));
      npz.add("keys", NpyType.I16, new long[] {4}, shorts(0, 1, 2, 0));
      npz.add("vals", NpyType.F64, new long[] {4}, doubles(0.5, 1, 9, -1));
      npz.commit();
    }
    return storage.bytes("a.npz");
  }

  static byte[] tables() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (NpzWriter npz = NpzWriter.create(storage, "a.npz", Compression.DEFLATED)) {
      npz.add("id", NpyType.I32, new long[] {3}, ints(4, 5, 6));
      npz.add("x", NpyType.F64, new long[] {3}, doubles(1, 2, 3));
      npz.addWords("name", List.of("a", "b", "a"));
      npz.add("grid", NpyType.F64, new long[] {1, 2}, doubles(1, 2));
      npz.add("tick", NpyType.I32, new long[] {1}, ints(9));
      npz.commit();
    }
    return storage.bytes("a.npz");
  }

  static byte[] npy() {
    return Mutations.npy("'<f8'", "(3,)", doubles(1, 2, 3).array());
  }

  /** A log as an archive. */
  static byte[] log() throws IOException {
    MemoryStorage out = new MemoryStorage();
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 4))) {
      LogSource log = LogSource.of(history.info(), history.log(), new LogSource.Span(0, 3));
      LogNpz.Words words =
          () -> {
            try (World world = history.at(3)) {
              return WorldState.of(world).words();
            }
          };
      LogNpz.write(out, "a.npz", new LogNpz.Content(log, log, words, LogPosition.START));
    }
    return out.bytes("a.npz");
  }

  /** Rows of a log as a table. */
  static byte[] parquet() throws IOException {
    MemoryStorage out = new MemoryStorage();
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 4))) {
      LogSource log = LogSource.of(history.info(), history.log(), new LogSource.Span(0, 3));
      new ParquetRowWriter(out, ParquetOptions.DEFAULT).write("a.parquet", log);
    }
    return out.bytes("a.parquet");
  }

  /** How an Arrow sample is written. */
  enum Arrow {
    FILE,
    STREAM,
    ZSTD,
    LZ4
  }

  static byte[] arrow(Arrow form) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DictionaryProvider.MapDictionaryProvider dictionaries =
        new DictionaryProvider.MapDictionaryProvider();
    try (BufferAllocator memory = new RootAllocator();
        VarCharVector words = new VarCharVector("words", memory);
        VarCharVector plain = new VarCharVector("word", memory)) {
      text(words, 2);
      dictionaries.put(
          new Dictionary(words, new DictionaryEncoding(1, false, new ArrowType.Int(8, true))));
      text(plain, 2);
      BigIntVector n = new BigIntVector("n", memory);
      Float8Vector x = new Float8Vector("x", memory);
      BitVector ok = new BitVector("ok", memory);
      VarCharVector name = new VarCharVector("name", memory);
      for (int row = 0; row < ROWS; row++) {
        n.setSafe(row, row);
        x.setSafe(row, row / 2.0);
        ok.setSafe(row, row % 2);
      }
      for (FieldVector vector : List.of(n, x, ok)) {
        vector.setValueCount(ROWS);
      }
      text(name, ROWS);
      text(plain, ROWS);
      FieldVector coded = (FieldVector) DictionaryEncoder.encode(plain, dictionaries.lookup(1));
      try (VectorSchemaRoot root = VectorSchemaRoot.of(n, x, ok, name, coded);
          ArrowWriter writer = writer(form, root, dictionaries, out)) {
        writer.start();
        writer.writeBatch();
        writer.writeBatch();
        writer.end();
      }
    }
    return out.toByteArray();
  }

  private static ArrowWriter writer(
      Arrow form, VectorSchemaRoot root, DictionaryProvider words, ByteArrayOutputStream out) {
    return switch (form) {
      case FILE -> new ArrowFileWriter(root, words, Channels.newChannel(out));
      case STREAM -> new ArrowStreamWriter(root, words, Channels.newChannel(out));
      case ZSTD ->
          new ArrowStreamWriter(
              root,
              words,
              Channels.newChannel(out),
              IpcOption.DEFAULT,
              new PackedFactory(),
              CompressionUtil.CodecType.ZSTD);
      case LZ4 ->
          new ArrowStreamWriter(
              root,
              words,
              Channels.newChannel(out),
              IpcOption.DEFAULT,
              new PackedFactory(),
              CompressionUtil.CodecType.LZ4_FRAME);
    };
  }

  private static void text(VarCharVector vector, int rows) {
    vector.allocateNew();
    for (int row = 0; row < rows; row++) {
      vector.setSafe(row, ("word " + row % 2).getBytes(StandardCharsets.UTF_8));
    }
    vector.setValueCount(rows);
  }

  /** Compresses as other writers do. */
  private static final class PackedFactory implements CompressionCodec.Factory {
    @Override
    public CompressionCodec createCodec(CompressionUtil.CodecType type) {
      return new PackedCodec(type);
    }

    @Override
    public CompressionCodec createCodec(CompressionUtil.CodecType type, int level) {
      return new PackedCodec(type);
    }
  }

  private static final class PackedCodec extends AbstractCompressionCodec {
    private final CompressionUtil.CodecType type;

    PackedCodec(CompressionUtil.CodecType type) {
      this.type = type;
    }

    @Override
    protected ArrowBuf doCompress(BufferAllocator allocator, ArrowBuf plain) {
      byte[] bytes = new byte[(int) plain.writerIndex()];
      plain.getBytes(0, bytes);
      byte[] packed = type == CompressionUtil.CodecType.ZSTD ? Zstd.compress(bytes) : lz4(bytes);
      long prefix = CompressionUtil.SIZE_OF_UNCOMPRESSED_LENGTH;
      ArrowBuf target = allocator.buffer(prefix + packed.length);
      target.setBytes(prefix, packed);
      target.writerIndex(prefix + packed.length);
      return target;
    }

    private static byte[] lz4(byte[] plain) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (LZ4FrameOutputStream frame = new LZ4FrameOutputStream(bytes)) {
        frame.write(plain);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      return bytes.toByteArray();
    }

    @Override
    protected ArrowBuf doDecompress(BufferAllocator allocator, ArrowBuf packed) {
      throw new UnsupportedOperationException("only writes");
    }

    @Override
    public CompressionUtil.CodecType getCodecType() {
      return type;
    }
  }

  static ByteBuffer ints(int... values) {
    ByteBuffer bytes = littleEndian(4 * values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.flip();
  }

  private static ByteBuffer shorts(int... values) {
    ByteBuffer bytes = littleEndian(2 * values.length);
    for (int value : values) {
      bytes.putShort((short) value);
    }
    return bytes.flip();
  }

  static ByteBuffer doubles(double... values) {
    ByteBuffer bytes = littleEndian(8 * values.length);
    for (double value : values) {
      bytes.putDouble(value);
    }
    return bytes.flip();
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
  }
}
