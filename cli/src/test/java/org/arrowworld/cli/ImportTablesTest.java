// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.npy.Compression;
import org.arrowworld.npy.NpyFiles;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code aw import npz|npy|csv} and {@code aw migrate} (spec npz.md, import.md, migrations.md). */
class ImportTablesTest {
  @TempDir Path folder;

  private static Path data(String name) {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.exists(at.resolve("mvnw"))) {
      at = at.getParent();
    }
    Path file = (at == null ? Path.of("shared") : at.resolve("../shared")).resolve("data/" + name);
    Assumptions.assumeTrue(
        Files.exists(file),
        Text.of("skipped: the reference inputs shared/data/%s are not here", name));
    return file.normalize();
  }

  /** Spec T-1, Z-10. */
  @ParameterizedTest
  @CsvSource({
    "v1_plain,5000,1234,1,a8221df9a206919a85d2735a2840f83e",
    "v1_compressed,5000,1234,1,ec7b11f9c378b10cf29889f400ea0542",
    "v1_empty,0,1234,1,cae66941d9efbd404e4d88758ea67670",
    "v2_plain,3000,99,2,9edd9bd4b4d0ee4ba1d63812b00b8877"
  })
  void a_numpy_world_becomes_a_store_with_the_hash_it_must_have(
      String name, int rows, int tick, int version, String hash) {
    Path out = folder.resolve("store");
    Aw imported =
        Aw.run(
            "import",
            "npz",
            data("npz-worlds/" + name + ".npz"),
            "--out",
            out,
            "--table",
            "creature",
            "--json");
    assertThat(imported.err()).isEmpty();
    assertThat(imported.exit()).isZero();
    assertThat(imported.json())
        .containsEntry("tick", tick)
        .containsEntry("schema", version)
        .containsEntry("tables", Map.of("creature", rows))
        .containsEntry("unmapped", Map.of());
    Aw hashed =
        Aw.run(
            "hash",
            out,
            "--tick",
            tick,
            "--table",
            "creature",
            "--columns",
            "pos_x,pos_y,vel_x,vel_y,energy,id,gen");
    assertThat(hashed.lastLine()).isEqualTo(hash);
    assertThat(Aw.run("verify", out, "--deep").exit()).isZero();
  }

  @Test
  void a_version_1_world_migrates_to_version_2_with_hunger_zero_filled() {
    Path v1 = folder.resolve("v1");
    Path v2 = folder.resolve("v2");
    Aw.run("import", "npz", data("npz-worlds/v1_plain.npz"), "--out", v1, "--table", "creature");
    Aw migrated = Aw.run("migrate", v1, "--out", v2, "--json");
    assertThat(migrated.err()).isEmpty();
    assertThat(migrated.exit()).isZero();
    assertThat(migrated.json()).containsEntry("from_schema", 1).containsEntry("to_schema", 2);
    String columns = "pos_x,pos_y,vel_x,vel_y,energy,id,gen";
    assertThat(
            Aw.run("hash", v2, "--tick", 1234, "--table", "creature", "--columns", columns)
                .lastLine())
        .isEqualTo("a8221df9a206919a85d2735a2840f83e");
    Aw hunger =
        Aw.run("hash", v2, "--tick", 1234, "--table", "creature", "--columns", "hunger_buildup");
    assertThat(hunger.exit()).as(hunger.err()).isZero();
    assertThat(Aw.run("verify", v2, "--deep").exit()).isZero();
    Aw again = Aw.run("migrate", v2, "--out", folder.resolve("v3"));
    assertThat(again.exit()).isZero(); // nothing to do: a copy of the last state
    Aw refused = Aw.run("migrate", v1, "--out", v2);
    assertThat(refused.exit()).isEqualTo(Exit.FAILURE);
    assertThat(refused.err()).contains("it exists");
  }

  private static ByteBuffer ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.flip();
  }

  /** Spec Z-12. */
  @Test
  void numbers_beside_the_columns_tell_the_tick_the_version_and_the_rows_that_count()
      throws IOException {
    DiskStorage storage = new DiskStorage(folder);
    try (NpzWriter out = NpzWriter.create(storage, "roomy.npz", Compression.DEFLATED)) {
      out.add("id", NpyType.I32, new long[] {3}, ints(9, 7, 0));
      out.add("n_active", NpyType.I32, new long[] {1}, ints(2));
      out.add("tick", NpyType.I32, new long[] {}, ints(40));
      out.add("schema_version", NpyType.I32, new long[] {1}, ints(3));
      out.commit();
    }
    Path store = folder.resolve("roomy");
    Aw imported = Aw.run("import", "npz", folder.resolve("roomy.npz"), "--out", store, "--json");
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(imported.json().get("tables")).isEqualTo(Map.of("roomy", 2));
    assertThat(imported.json()).containsEntry("tick", 40);
    assertThat(StoreInfo.read(new DiskStorage(store)).schema().version()).isEqualTo(3);
  }

  /** Spec Z-12. */
  @Test
  void a_table_of_one_row_comes_back_with_columns_of_these_names() throws IOException {
    TableSchema table =
        TableSchema.row("q")
            .column("tick", ColumnType.I64)
            .column("n_active", ColumnType.I32)
            .build();
    Path store = folder.resolve("one");
    try (LiveWorld live = LiveWorld.create(store, WorldSchema.of(table))) {
      live.tick(t -> t.table("q").insert().set("tick", 7L));
    }
    for (String format : List.of("npz", "npy")) {
      Path file = folder.resolve("q." + format);
      Path back = folder.resolve(format);
      Aw.run("at", "--tick", 0, "--to", format, "--table", "q", "--out", file, store);
      Aw imported = Aw.run("import", format, "--out", back, "--table", "q", file, "--json");
      assertThat(imported.exit()).as(imported.err()).isZero();
      assertThat(imported.json()).containsEntry("tick", 0).containsEntry("tables", Map.of("q", 1));
      assertThat(StoreInfo.read(new DiskStorage(back)).schema().tables().get(0).columns())
          .extracting("name")
          .contains("tick", "n_active");
    }
    DiskStorage storage = new DiskStorage(folder);
    try (NpzWriter out = NpzWriter.create(storage, "two.npz", Compression.STORED)) {
      out.add("a.x", NpyType.I32, new long[] {1}, ints(1));
      out.add("b.y", NpyType.I32, new long[] {1}, ints(2));
      out.add("tick", NpyType.I32, new long[] {1}, ints(40));
      out.commit();
    }
    Aw two =
        Aw.run(
            "import", "npz", "--out", folder.resolve("two"), folder.resolve("two.npz"), "--json");
    assertThat(two.json())
        .containsEntry("tick", 40)
        .containsEntry("tables", Map.of("a", 1, "b", 1));
  }

  @Test
  void rows_without_columns_are_no_archive() throws IOException {
    Path empty = folder.resolve("empty");
    TableSchema rows = TableSchema.appendOnly("n").build();
    try (LiveWorld live = LiveWorld.create(empty, WorldSchema.of(rows))) {
      live.tick(t -> t.table("n").insert());
    }
    Aw refused = Aw.run("at", "--tick", 0, "--to", "npz", "--out", folder.resolve("n.npz"), empty);
    assertThat(refused.err()).contains("it has no columns, only 1 rows");
  }

  /** Three ships, a matrix, a scalar, texts, a pickled object and a text file. */
  private Path foreign() throws IOException {
    DiskStorage storage = new DiskStorage(folder);
    try (NpzWriter out = NpzWriter.create(storage, "ships.npz", Compression.DEFLATED)) {
      out.add("id", NpyType.I32, new long[] {3}, ints(9, 7, 8));
      out.add("pos x", NpyType.F32, new long[] {3}, ints(0x7FA0_0001, 0x8000_0000, 1));
      out.addWords("kind", List.of("tug", "", "tug"));
      out.add("matrix", NpyType.U8, new long[] {2, 2}, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      out.add("dt", NpyType.F64, new long[] {}, ByteBuffer.allocate(8));
      out.commit();
    }
    return folder.resolve("ships.npz");
  }

  /** Spec T-2, T-3. */
  @Test
  void truth_values_are_no_ids_and_a_quoted_new_name_is_the_name() throws IOException {
    Path file = folder.resolve("b.csv");
    Files.writeString(file, "k,x\ntrue,1\nfalse,2\n");
    for (String target : List.of("id", "gen")) {
      Aw refused =
          Aw.run("import", "csv", file, "--out", folder.resolve("b"), "--columns", target + "=k");
      assertThat(refused.exit()).isEqualTo(Exit.FAILURE);
      assertThat(refused.err()).contains("its values are true and false");
      assertThat(folder.resolve("b")).doesNotExist();
    }
    Aw.run("import", "csv", file, "--out", folder.resolve("b"), "--columns", "\"left\"=k");
    assertThat(StoreInfo.read(new DiskStorage(folder.resolve("b"))).schema().tables().toString())
        .contains("name=left, type=BOOL");
  }

  /** Spec T-3, T-11. */
  @Test
  void a_declared_type_takes_no_number_beyond_its_range_and_no_digits_of_other_scripts()
      throws IOException {
    for (String[] wrong :
        new String[][] {{"1e999", "f64"}, {"-1e39", "f32"}, {"\u0663", "i64"}, {"\u0663", "u8"}}) {
      Path file = folder.resolve("n.csv");
      Files.writeString(file, "x\n2\n" + wrong[0] + "\n");
      Aw refused =
          Aw.run(
              "import", "csv", file, "--out", folder.resolve("n"), "--columns", "x=x:" + wrong[1]);
      assertThat(refused.exit()).as(wrong[0]).isEqualTo(Exit.FAILURE);
      assertThat(refused.err()).contains("Cannot read '" + wrong[0] + "' as " + wrong[1]);
      assertThat(folder.resolve("n")).doesNotExist();
    }
  }

  /** Spec T-4, T-7, Z-11, Z-20, Z-21. */
  @Test
  void what_is_no_column_is_kept_and_reported_and_the_exit_is_3() throws IOException {
    Path out = folder.resolve("store");
    Aw imported = Aw.run("import", "npz", foreign(), "--out", out, "--json");
    assertThat(imported.exit()).as(imported.err()).isEqualTo(Exit.DATA_LOSS);
    @SuppressWarnings("unchecked")
    Map<String, String> unmapped = (Map<String, String>) imported.json().get("unmapped");
    assertThat(unmapped).containsOnlyKeys("matrix", "dt");
    assertThat(unmapped.get("matrix")).contains("it is not a column of 3 rows: |u1 (2, 2) C");
    assertThat(imported.json().get("renamed").toString())
        .contains("ships: 'pos x' is called 'pos_x'");
    DiskStorage store = new DiskStorage(out);
    assertThat(NpyFiles.read(store, "unmapped/matrix.npy").longAt(2)).isEqualTo(3);
    assertThat(StoreInfo.read(store).schema().tables().get(0).columns().toString())
        .contains("name=pos_x, type=F32")
        .contains("name=kind, type=STRING");
    assertThat(Aw.run("verify", out).exit()).isZero();
    Aw mapped =
        Aw.run(
            "import",
            "npz",
            foreign(),
            "--out",
            out,
            "--replace",
            "--columns",
            "x=pos x:f64,_=kind",
            "--json");
    assertThat(mapped.err()).isEmpty();
    assertThat(mapped.json().get("left_out").toString()).contains("'kind', as asked");
    assertThat(StoreInfo.read(store).schema().tables().get(0).columns().toString())
        .contains("name=x, type=F64")
        .doesNotContain("kind");
  }

  @Test
  void an_imported_world_is_resumed() throws IOException {
    Path out = folder.resolve("store");
    Aw.run("import", "npz", foreign(), "--out", out);
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.resume(new DiskStorage(out), WorldOptions.DEFAULT.withAllocator(memory))) {
      assertThat(live.lastTick()).isZero();
      assertThat(live.world().table("ships").rows()).isEqualTo(3);
      live.tick(t -> t.table("ships").set(7, "pos_x", 2f));
      live.seal();
    }
    assertThat(Aw.run("verify", out, "--deep").exit()).isZero();
    assertThat(Aw.run("info", out).exit()).isZero();
    assertThat(
            Aw.run(
                    "at",
                    out,
                    "--tick",
                    0,
                    "--table",
                    "ships",
                    "--to",
                    "npz",
                    "--out",
                    folder.resolve("t0.npz"))
                .exit())
        .isZero();
    Path again = folder.resolve("again");
    assertThat(Aw.run("import", "npz", folder.resolve("t0.npz"), "--out", again).exit()).isZero();
  }

  @Test
  void a_damaged_archive_leaves_nothing_whatever_byte_is_changed_or_missing() throws IOException {
    byte[] good = Files.readAllBytes(foreign());
    Path bad = folder.resolve("bad.npz");
    Path out = folder.resolve("out");
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      byte[] changed = good.clone();
      if (i % 3 == 0) {
        changed = java.util.Arrays.copyOf(good, random.nextInt(good.length));
      } else {
        changed[random.nextInt(good.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(bad, changed);
      Aw imported = Aw.run("import", "npz", bad, "--out", out);
      assertThat(imported.err()).as("seed 5, case %d", i).doesNotContain("unexpected");
      if (imported.exit() == Exit.FAILURE) {
        assertThat(imported.err()).startsWith("aw: Cannot ");
        assertThat(out).doesNotExist();
      } else {
        assertThat(imported.exit()).isEqualTo(Exit.DATA_LOSS);
        Aw.run("import", "npz", bad, "--out", out, "--replace");
        new DiskStorage(out);
        deleteTree(out);
      }
    }
  }

  private static void deleteTree(Path root) throws IOException {
    try (var paths = Files.walk(root)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void a_directory_of_npy_files_becomes_a_store_and_cut_ones_are_refused() throws IOException {
    Path columns = Files.createDirectory(folder.resolve("boats"));
    DiskStorage storage = new DiskStorage(columns);
    NpyFiles.write(storage, "id.npy", NpyType.I64, new long[] {2}, longs(5, 4_000_000_000L));
    NpyFiles.write(storage, "mass.npy", NpyType.U64, new long[] {2}, longs(-1, 3));
    Files.writeString(columns.resolve("notes.txt"), "kept");
    Path out = folder.resolve("store");
    Aw imported = Aw.run("import", "npy", columns, "--out", out, "--json");
    assertThat(imported.exit()).as(imported.err()).isEqualTo(Exit.DATA_LOSS);
    assertThat(Files.readString(out.resolve("unmapped/notes.txt"))).isEqualTo("kept");
    assertThat(StoreInfo.read(new DiskStorage(out)).schema().tables().get(0))
        .isEqualTo(
            TableSchema.row("boats")
                .externalIds()
                .withoutGenerations()
                .column("mass", ColumnType.U64)
                .build());
    byte[] mass = Files.readAllBytes(columns.resolve("mass.npy"));
    for (int length : new int[] {0, 5, 11, 60, 128, mass.length - 1}) {
      Files.write(columns.resolve("mass.npy"), java.util.Arrays.copyOf(mass, length));
      Aw refused = Aw.run("import", "npy", columns, "--out", folder.resolve("bad"));
      assertThat(refused.exit()).isEqualTo(Exit.FAILURE);
      assertThat(refused.err()).contains("Cannot read mass.npy");
      assertThat(folder.resolve("bad")).doesNotExist();
    }
  }

  private static ByteBuffer longs(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    return bytes.flip();
  }

  private Aw csv(String text, Object... more) throws IOException {
    Files.writeString(folder.resolve("t.csv"), text);
    Object[] args = new Object[6 + more.length];
    System.arraycopy(
        new Object[] {
          "import", "csv", folder.resolve("t.csv"), "--out", folder.resolve("csv"), "--replace"
        },
        0,
        args,
        0,
        6);
    System.arraycopy(more, 0, args, 6, more.length);
    return Aw.run(args);
  }

  /** Spec T-11, T-12. */
  @Test
  void csv_columns_get_the_type_that_holds_every_field_exactly() throws IOException {
    Aw imported =
        csv(
            """
            id,n,big,x,truth,zip,mixed,e
            1,-5,18446744073709551615,0.1,true,007,1,
            2,7,0,-0,false,1,x,
            "3",9223372036854775807,1,1e300,true,2,"a,""b\"\"\nc",
            """);
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(StoreInfo.read(new DiskStorage(folder.resolve("csv"))).schema().tables().get(0))
        .isEqualTo(
            TableSchema.row("t")
                .externalIds()
                .withoutGenerations()
                .column("n", ColumnType.I64)
                .column("big", ColumnType.U64)
                .column("x", ColumnType.F64)
                .column("truth", ColumnType.BOOL)
                .column("zip", ColumnType.STRING)
                .column("mixed", ColumnType.STRING)
                .column("e", ColumnType.STRING)
                .build());
    Aw typed = csv("a,b\n1,\n2,3\n", "--columns", "a=a:u8,b=b:f32?-1", "--json");
    assertThat(typed.exit()).as(typed.err()).isZero();
    Aw without = csv("b\n1\n\n", "--json");
    assertThat(without.json().get("tables")).isEqualTo(Map.of("t", 1)); // blank at the end: no row
    Aw between = csv("b\n1\n\n2\n", "--json", "--columns", "b=b?7");
    assertThat(between.json().get("tables")).isEqualTo(Map.of("t", 3));
    assertThat(columns(csv("a,a\n1,2\n"))).containsExactly("a:i64", "a_:i64");
  }

  private List<String> columns(Aw imported) throws IOException {
    assertThat(imported.exit()).as(imported.err()).isZero();
    return StoreInfo.read(new DiskStorage(folder.resolve("csv")))
        .schema()
        .tables()
        .get(0)
        .allColumns()
        .stream()
        .map(c -> c.name() + ":" + c.type().label())
        .toList();
  }

  @Test
  void whole_numbers_that_no_type_holds_exactly_are_texts() throws IOException {
    assertThat(columns(csv("n,m\n123456789012345678901,9007199254740993\n1,-1\n")))
        .containsExactly("n:string", "m:i64");
    assertThat(columns(csv("n\n9007199254740993\n0.5\n"))).containsExactly("n:string");
    assertThat(columns(csv("n\n9007199254740992\n0.5\n"))).containsExactly("n:f64");
    String digits = "1".repeat(1 << 20); // looked at once, or it would take hours
    assertThat(columns(csv("n\n" + digits + "x\n"))).containsExactly("n:string");
    assertThat(csv("n\n" + digits + "x\n", "--columns", "n=n:f64").err())
        .contains("line 2: Cannot read '1");
  }

  /** Spec T-2. */
  @Test
  void a_column_mapped_to_the_id_goes_before_one_of_that_name() throws IOException {
    assertThat(columns(csv("id,key\n1,7\n2,8\n", "--columns", "id=key")))
        .containsExactly("id:u32", "id_:i64");
    Aw hash = Aw.run("hash", folder.resolve("csv"), "--tick", 0, "--columns", "id", "--table", "t");
    assertThat(columns(csv("key,id\n7,1\n8,2\n", "--columns", "id=key")))
        .containsExactly("id:u32", "id_:i64");
    assertThat(
            Aw.run("hash", folder.resolve("csv"), "--tick", 0, "--columns", "id", "--table", "t")
                .out())
        .isEqualTo(hash.out());
    Aw twice = csv("a,b\n1,2\n", "--columns", "id=a,id=b");
    assertThat(twice.exit()).isEqualTo(Exit.FAILURE);
    assertThat(twice.err()).contains("two columns would be called 'id'");
  }

  /** Spec T-10. */
  @Test
  void malformed_csv_is_refused_by_its_line() throws IOException {
    refused(csv("a,b\n1,2\n3\n"), "line 3: 1 fields, the header has 2");
    refused(csv("a,b\n1,2\n3,4,5\n"), "line 3: 3 fields, the header has 2");
    refused(csv(""), "line 1: there is no header");
    refused(csv("a\n300\n", "--columns", "a=a:u8"), "line 2: Cannot store 300 in column 'a'");
    refused(csv("a\nx\n", "--columns", "a=a:f64"), "line 2: Cannot read 'x' as f64");
    refused(csv("a\n1\n", "--columns", "b=c"), "Cannot map column 'c'");
    assertThat(csv("a\n1\n", "--columns", "b").exit()).isEqualTo(Exit.USAGE);
    Files.write(folder.resolve("t.csv"), new byte[] {'a', '\n', (byte) 0xFF, '\n'});
    refused(
        Aw.run("import", "csv", folder.resolve("t.csv"), "--out", folder.resolve("csv")),
        "is not UTF-8");
    refused(
        csv("a\n\"" + "x".repeat((1 << 24) + 10)),
        "line 2: a quote opens here and is not closed within 16777216 bytes");
  }

  private void refused(Aw imported, String text) {
    assertThat(imported.exit()).isEqualTo(Exit.FAILURE);
    assertThat(imported.err()).contains(text);
    assertThat(folder.resolve("csv")).doesNotExist();
  }

  @Test
  void random_bytes_as_csv_give_a_store_or_a_typed_error() throws IOException {
    Random random = new Random(11);
    String alphabet = "a1,\"\n\r.-e\u00e9 ";
    for (int i = 0; i < 300; i++) {
      StringBuilder text = new StringBuilder();
      for (int c = random.nextInt(60); c > 0; c--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      Files.write(folder.resolve("t.csv"), bytes);
      Aw imported =
          Aw.run(
              "import",
              "csv",
              folder.resolve("t.csv"),
              "--out",
              folder.resolve("csv"),
              "--replace");
      assertThat(imported.err()).as("seed 11, case %d: %s", i, text).doesNotContain("unexpected");
      assertThat(imported.exit()).isIn(0, Exit.FAILURE, Exit.DATA_LOSS);
    }
  }
}
