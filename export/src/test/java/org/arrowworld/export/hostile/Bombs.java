// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.parquet.format.Encoding;
import org.arrowworld.export.parquet.HandmadeParquet;

/** Small files that ask for much. */
final class Bombs {
  private Bombs() {}

  /**
   * A bomb, made when its turn comes.
   *
   * @param at where it is put
   */
  record Bomb(Entrance at, Bytes bytes) {}

  /** Makes the bytes. */
  interface Bytes {
    byte[] make() throws IOException;
  }

  /** All of them, by name. */
  static Map<String, Bomb> all() {
    Map<String, Bomb> bombs = new TreeMap<>();
    add(bombs, Entrance.CSV, "columns", () -> text(",".repeat(3_000_000)));
    add(
        bombs,
        Entrance.CSV,
        "names",
        () -> text(alike(4_000, ",") + "\n" + "1,".repeat(3_999) + "1\n"));
    add(bombs, Entrance.CSV, "field", () -> text("a\n" + "x".repeat(40_000_000)));
    add(bombs, Entrance.CSV, "quote", () -> text("a\n\"" + "x\n".repeat(20_000_000)));
    add(bombs, Entrance.CSV, "lines", () -> text("a\n" + "\n".repeat(2_000_000)));
    add(bombs, Entrance.TRAJECTORIES, "line", () -> text("1 0 ".repeat(10_000_000)));
    add(
        bombs,
        Entrance.TRAJECTORIES,
        "digits",
        () -> text(("1 0 " + "9".repeat(60_000) + " 1\n").repeat(50)));
    add(bombs, Entrance.TRAJECTORIES, "far", () -> text("1 0 1 1\n1 9223372036854775807 1 1\n"));
    add(bombs, Entrance.TRAJECTORIES, "id", () -> text("4294967295 0 1 1\n0 1 1 1\n"));
    add(
        bombs,
        Entrance.TABLES_NPZ,
        "zeros",
        () -> archive("x.npy", "'<f8'", "(25000000,)", 200_000_000));
    add(bombs, Entrance.TABLES_NPZ, "empty", () -> archive("x.npy", "'<f8'", "(2147483647,0)", 0));
    add(bombs, Entrance.TABLES_NPZ, "texts", () -> archive("x.npy", "'<U0'", "(900000000,)", 0));
    add(
        bombs,
        Entrance.TABLES_NPZ,
        "words",
        () -> archive("x.npy", "'<U1'", "(40000000,)", 160_000_000));
    add(bombs, Entrance.TABLES_NPZ, "many", () -> many(60_000));
    add(
        bombs,
        Entrance.NPY,
        "claim",
        () -> Mutations.npy("'<f8'", "(2305843009213693951,)", new byte[8]));
    add(bombs, Entrance.NPY, "texts", () -> Mutations.npy("'<U0'", "(900000000,)", new byte[0]));
    add(bombs, Entrance.NPY, "deep", () -> Mutations.npy("'<f8'", "(".repeat(9000), new byte[0]));
    add(bombs, Entrance.SIMLOG_CODEBOOK, "deep", () -> text("[".repeat(1_000_000)));
    add(
        bombs,
        Entrance.SIMLOG_CODEBOOK,
        "number",
        () -> text("{\"codebook\":" + "9".repeat(3_000_000) + "}"));
    add(bombs, Entrance.SIMLOG_CHUNK, "records", () -> chunk("{\"row_count\": 2000000000}"));
    add(bombs, Entrance.SIMLOG_CHUNK, "meta", () -> chunk(" ".repeat(20_000_000)));
    add(bombs, Entrance.FIELD_METADATA, "deep", () -> text("{\"fields\":" + "[".repeat(1_000_000)));
    add(
        bombs,
        Entrance.PARQUET,
        "writer",
        () ->
            HandmadeParquet.bytes()
                .by("a version" + " ".repeat(100_000) + "(")
                .page(Encoding.PLAIN, 1, new byte[4])
                .file());
    add(bombs, Entrance.PARQUET, "word", Bombs::word);
    add(bombs, Entrance.PARQUET, "prefixes", Bombs::prefixes);
    add(
        bombs,
        Entrance.PARQUET,
        "deltas",
        () ->
            HandmadeParquet.bytes()
                .page(
                    Encoding.DELTA_BINARY_PACKED,
                    250_000_000,
                    HandmadeParquet.deltas(1 << 16, 250_000_000, 1))
                .file());
    add(bombs, Entrance.ARROW_STREAM, "fields", () -> arrow(Bombs::numbers, 0));
    add(bombs, Entrance.ARROW_STREAM, "nulls", () -> arrow(Bombs::nothing, 2_000_000_000));
    return bombs;
  }

  private static void add(Map<String, Bomb> bombs, Entrance at, String name, Bytes bytes) {
    bombs.put(at + "." + name, new Bomb(at, bytes));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Different names that become the same when what is not allowed in them is replaced. */
  private static String alike(int count, String separator) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(new String(Character.toChars(0x4E00 + i)));
    }
    return String.join(separator, names);
  }

  private static byte[] archive(String name, String type, String shape, int dataBytes)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(Mutations.npy(type, shape, new byte[0]));
      byte[] zeros = new byte[10_000];
      for (int at = 0; at < dataBytes; at += zeros.length) {
        zip.write(zeros);
      }
      zip.closeEntry();
    }
    return bytes.toByteArray();
  }

  private static byte[] many(int count) throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    byte[] npy = Samples.npy();
    for (int i = 0; i < count; i++) {
      members.put(new String(Character.toChars(0x10000 + i)) + ".npy", npy);
    }
    return Mutations.archive(members);
  }

  private static byte[] chunk(String meta) throws IOException {
    Map<String, byte[]> members = Mutations.members(Samples.chunk());
    byte[] text = text(meta);
    members.put("_meta.npy", Mutations.npy("'|u1'", "(" + text.length + ",)", text));
    return Mutations.archive(members);
  }

  /** One word of a mebibyte, 40 million times; their codes alone fit into the memory there is. */
  private static byte[] word() throws IOException {
    int rows = 40_000_000;
    return HandmadeParquet.texts()
        .dictionary(1, HandmadeParquet.word(1 << 20))
        .page(
            Encoding.RLE_DICTIONARY,
            rows,
            HandmadeParquet.join(new byte[1], HandmadeParquet.varint(rows << 1)))
        .file();
  }

  /** A million words that are the one before. */
  private static byte[] prefixes() throws IOException {
    int letters = 1 << 20;
    int rows = 1_000_000;
    byte[] first = new byte[letters];
    HandmadeParquet page = HandmadeParquet.texts();
    page.page(
        Encoding.DELTA_BYTE_ARRAY,
        1,
        HandmadeParquet.join(
            HandmadeParquet.deltas(128, 1, 0), HandmadeParquet.deltas(128, 1, letters), first));
    return page.page(
            Encoding.DELTA_BYTE_ARRAY,
            rows,
            HandmadeParquet.join(
                HandmadeParquet.deltas(128, rows, letters), HandmadeParquet.deltas(128, rows, 0)))
        .file();
  }

  private interface Columns {
    List<FieldVector> make(BufferAllocator memory);
  }

  private static List<FieldVector> numbers(BufferAllocator memory) {
    List<FieldVector> vectors = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      vectors.add(new IntVector("\u00e9", memory));
    }
    return vectors;
  }

  private static List<FieldVector> nothing(BufferAllocator memory) {
    return List.of(new NullVector("n", 0));
  }

  private static byte[] arrow(Columns columns, int rows) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (BufferAllocator memory = new RootAllocator();
        VectorSchemaRoot root = new VectorSchemaRoot(columns.make(memory));
        ArrowStreamWriter writer = new ArrowStreamWriter(root, null, Channels.newChannel(out))) {
      writer.start();
      root.getFieldVectors().forEach(vector -> vector.setValueCount(rows));
      root.setRowCount(rows);
      writer.writeBatch();
      writer.end();
    }
    return out.toByteArray();
  }
}
