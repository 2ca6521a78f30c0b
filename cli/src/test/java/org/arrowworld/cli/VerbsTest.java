// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.hash.Hashes;
import org.arrowworld.npy.NpzReader;
import org.arrowworld.snapshot.TableFile;
import org.arrowworld.snapshot.TableFiles;
import org.arrowworld.storage.DiskStorage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class VerbsTest {
  @TempDir Path folder;
  private Path store;

  @BeforeEach
  void play() throws IOException {
    store = Stores.sealed(folder.resolve("store"));
  }

  static Stream<String> verbs() {
    Map<String, CommandLine> all = RootCommand.commands(Console.ofProcess()).getSubcommands();
    return Stream.concat(
        Stream.of("import"),
        Stream.concat(
            Main.verbs().keySet().stream(),
            all.get("import").getSubcommands().keySet().stream().map(kind -> "import " + kind)));
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void every_verb_explains_itself(String verb) {
    List<Object> args = new ArrayList<>(List.of((Object[]) verb.split(" ")));
    args.add("--help");
    Aw help = Aw.run(args.toArray());
    assertThat(help.exit()).isZero();
    assertThat(help.out()).startsWith("Usage: aw " + verb);
    assertThat(help.err()).isEmpty();
  }

  @Test
  void help_lists_the_verbs_and_the_exit_codes() {
    Aw help = Aw.run("--help");
    assertThat(help.exit()).isZero();
    assertThat(help.out()).contains("history", "import", "3 finished with data loss");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "frobnicate            | unknown command 'frobnicate'",
        "hisory x              | unknown command 'hisory'; did you mean 'history'?",
        "at x --tik 5          | unknown option '--tik'; did you mean '--tick'?",
        "hash                  | Missing required",
        "hash x --tick y       | 'y' is not a whole number",
        "log x --range 5..1    | expected A..B with A at most B, found '5..1'",
        "run --out x --durability often | Unknown durability 'often': expected commit, interval:MS or none",
        "info x --frob         | unknown option '--frob'",
      })
  void a_command_line_that_makes_no_sense_exits_2_with_one_line(String line, String message) {
    Aw usage = Aw.run((Object[]) line.split(" "));
    assertThat(usage.exit()).isEqualTo(2);
    assertThat(usage.out()).isEmpty();
    assertThat(usage.err()).startsWith("aw: Cannot ").contains(message).contains("--help'");
    assertThat(usage.err().lines()).hasSize(2);
  }

  @Test
  void nothing_to_do_is_a_usage_error() {
    assertThat(Aw.run().exit()).isEqualTo(2);
    assertThat(Aw.run("import").err()).startsWith("aw: Cannot import without a KIND");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "info %s",
        "at %s --tick 1",
        "hash %s --tick 1",
        "log %s",
        "verify %s",
        "history %s --table ship --id 1",
        "snapshot %s --tick 1",
        "resume %s --ticks 1"
      })
  void a_path_that_is_not_there_fails_in_one_line(String form) {
    Aw failed = Aw.run((Object[]) form.replace("%s", folder.resolve("none").toString()).split(" "));
    assertThat(failed.exit()).isEqualTo(1);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err()).startsWith("aw: Cannot ").contains("there is no such file");
    assertThat(failed.err().lines()).hasSize(1);
  }

  @Test
  void a_stack_trace_comes_only_when_asked_for() {
    assertThat(Aw.run("info", folder.resolve("none"), "--debug").err()).contains("\tat org.arrow");
  }

  @Test
  void info_tells_what_a_store_holds() {
    Aw text = Aw.run("info", store);
    assertThat(text.exit()).isZero();
    assertThat(text.out())
        .contains("ticks           0 to 4")
        .contains("ship (allocated ids): id u32, gen u32, x f32")
        .contains("made = a\\u202eb\\u001b[2Jc")
        .doesNotContain("\u202E", "\u001B");
    Map<String, Object> json = Aw.run("info", store, "--json").json();
    assertThat(json)
        .containsEntry("kind", "store")
        .containsEntry("first_tick", 0)
        .containsEntry("last_tick", 4)
        .containsEntry("live_segments", 0)
        .containsEntry("tail", "clean")
        .containsEntry("snapshots", List.of());
    assertThat(json.get("properties")).isEqualTo(Map.of("made", Stores.EVIL));
  }

  @Test
  void info_knows_single_files() throws IOException {
    Aw.run("snapshot", store, "--tick", 2);
    Path snapshot = store.resolve("snapshots").resolve("00000000000000000002.v1");
    assertThat(info(store.resolve("log").resolve("00000000000000000000.arrow")))
        .containsEntry("kind", "segment")
        .containsEntry("sealed", true)
        .containsEntry("last_tick", 4);
    assertThat(info(snapshot.resolve("ship.arrow")))
        .containsEntry("kind", "snapshot")
        .containsEntry("rows", 1);
    assertThat(info(snapshot.resolve("ship.free.arrow"))).containsEntry("kind", "free");
    assertThat(info(snapshot.resolve("codebook.arrow"))).containsEntry("kind", "codebook");
    assertThat(info(snapshot.resolve("manifest.json")))
        .containsEntry("kind", "arrow-world snapshot")
        .isEqualTo(info(snapshot));
    assertThat(info(store.resolve("store.json"))).containsEntry("kind", "arrow-world store");
    Aw.run("at", store, "--tick", 2, "--table", "ship", "--to", "npz", "--out", folder + "/s.npz");
    assertThat(info(folder.resolve("s.npz"))).containsEntry("kind", "npz");
    Path text = Files.writeString(folder.resolve("text"), "hello, world");
    assertThat(info(text)).containsEntry("kind", "CSV text");
    Path other = Files.write(folder.resolve("other"), new byte[] {1, 2, 3, 4});
    assertThat(Aw.run("info", other).err())
        .contains("Cannot tell what")
        .contains("it begins with the bytes 01 02 03 04");
    assertThat(Aw.run("info", Files.createFile(folder.resolve("empty"))).exit()).isEqualTo(1);
    assertThat(Aw.run("info", folder).exit()).isEqualTo(1);
  }

  private static Map<String, Object> info(Path path) {
    Aw info = Aw.run("info", path, "--json");
    assertThat(info.err()).isEmpty();
    assertThat(Aw.run("info", path).exit()).isZero();
    return info.json();
  }

  @Test
  void info_of_a_live_store_reads_while_it_is_written() throws IOException {
    Path path = folder.resolve("live");
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live = Stores.play(path, memory)) {
      live.sync();
      assertThat(Aw.run("info", path, "--json").json())
          .containsEntry("last_tick", 4)
          .containsEntry("live_segments", 1);
      assertThat(Aw.run("hash", path, "--tick", 4).lastLine())
          .isEqualTo(Hashes.world(live.world().tables()));
      assertThat(Aw.run("hash", path, "--tick", 4, "--resume").lastLine())
          .isEqualTo(Hashes.resume(live.world()));
      Aw refused = Aw.run("snapshot", path, "--tick", 4);
      assertThat(refused.exit()).isEqualTo(1);
      assertThat(refused.err()).contains("it is held by process");
    }
  }

  @Test
  void hash_is_the_same_by_replay_and_from_a_snapshot() {
    String replayed = Aw.run("hash", store, "--tick", 3).lastLine();
    String columns =
        Aw.run("hash", store, "--tick", 3, "--table", "ship", "--columns", "x,id").lastLine();
    assertThat(replayed).matches("[0-9a-f]{32}").isNotEqualTo(columns);
    assertThat(Aw.run("snapshot", store, "--tick", 3, "--json").json())
        .containsEntry("snapshot", "made")
        .containsEntry("hash_world", replayed);
    assertThat(Aw.run("snapshot", store, "--tick", 3, "--json").json())
        .containsEntry("snapshot", "kept");
    assertThat(Aw.run("hash", store, "--tick", 3, "--json").json())
        .containsEntry("hash_world", replayed)
        .containsEntry("tick", 3);
    Aw again = Aw.run("hash", store, "--tick", 3, "--table", "ship", "--columns", "x,id");
    assertThat(again.lastLine()).isEqualTo(columns);
  }

  @Test
  void a_damaged_snapshot_is_passed_over_and_said() throws IOException {
    String replayed = Aw.run("hash", store, "--tick", 3).lastLine();
    Aw.run("snapshot", store, "--tick", 3);
    flip(store.resolve("snapshots/00000000000000000003.v1/ship.arrow"), 600);
    Aw hash = Aw.run("hash", store, "--tick", 3);
    assertThat(hash.lastLine()).isEqualTo(replayed);
    assertThat(hash.err()).contains("passed over a damaged snapshot");
    assertThat(Aw.run("snapshot", store, "--tick", 3).err()).contains("delete it and try again");
    assertThat(Aw.run("verify", store).exit()).isEqualTo(1);
  }

  private static void flip(Path file, long at) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      java.nio.ByteBuffer one = java.nio.ByteBuffer.allocate(1);
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 1)).flip();
      channel.write(one, at);
    }
  }

  @Test
  void verify_says_to_which_tick_a_store_is_valid() throws IOException {
    Aw sound = Aw.run("verify", store, "--deep");
    assertThat(sound.exit()).isZero();
    assertThat(sound.lastLine()).endsWith("valid to tick 4");
    assertThat(Aw.run("verify", store, "--deep", "--json").json())
        .containsEntry("sound", true)
        .containsEntry("valid_to_tick", 4)
        .containsEntry("sampled_ticks", List.of(0, 1, 2, 3, 4));
    flip(store.resolve("log/00000000000000000000.arrow"), 4000);
    Aw damaged = Aw.run("verify", store);
    assertThat(damaged.exit()).isEqualTo(1);
    assertThat(damaged.out()).contains("damage").contains("DAMAGED");
    assertThat(Aw.run("verify", folder).exit()).isEqualTo(1);
  }

  @Test
  void log_prints_rows_decoded_and_escaped() {
    Aw log = Aw.run("log", store, "--range", "0..2");
    assertThat(log.exit()).isZero();
    assertThat(log.lines().get(0)).isEqualTo("0\t0\tship.born\t0");
    assertThat(log.out())
        .contains("0\t1\tship.flag\ta\\u202eb\\u001b[2Jc\n")
        .contains("2\t0\tship.cause\tsunk\n")
        .doesNotContain("\u202E", "\u001B", "\n3\t");
    List<Object> rows = Aw.run("log", store, "--json").jsonLines();
    assertThat(rows)
        .contains(Map.of("tick", 0, "rid", 1, "key", "ship.flag", "val", Stores.EVIL))
        .contains(Map.of("tick", 1, "rid", 0, "key", "ship.hit", "val", -3))
        .contains(Map.of("tick", 1, "rid", 7, "key", "in.wind", "val", "NaN"));
    Map<String, Object> info = Aw.run("info", store, "--json").json();
    assertThat(rows).hasSize((Integer) info.get("rows"));
    assertThat(log.out()).doesNotContain((String) info.get("chain"));
    assertThat(Aw.run("log", store).lastLine())
        .isEqualTo("4\t1\ttick.commit\t" + info.get("chain"));
  }

  @Test
  void a_followed_log_goes_on_with_what_is_committed() throws IOException {
    Path path = folder.resolve("live");
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live = Stores.play(path, memory)) {
      live.sync();
      int[] rounds = new int[1];
      Console.Pause pause =
          () -> {
            try {
              if (rounds[0] == 1) {
                live.tick(t -> t.table("ship").setSlot(0, "x", 77f));
                live.sync();
              } else if (rounds[0] == 2) {
                live.tick(t -> t.table("ship").setSlot(0, "x", 78f));
                live.seal();
              }
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
            return rounds[0]++ < 4;
          };
      Aw log = Aw.run(pause, "log", path, "--follow", "--where", "ship.x > 7");
      assertThat(log.exit()).isZero();
      assertThat(log.lines())
          .containsExactly("4\t0\tship.x\t8.0", "5\t1\tship.x\t77.0", "6\t1\tship.x\t78.0");
    }
  }

  @Test
  void history_shows_all_lives_of_an_id_in_order() {
    Aw history = Aw.run("history", store, "--table", "ship", "--id", 0);
    assertThat(history.lines())
        .containsExactly(
            "0\t0\tship.born\t0",
            "0\t0\tship.x\t0.1",
            "0\t0\tship.flag\tblue",
            "0\t0\tship.afloat\ttrue",
            "1\t0\tship.x\t0.5",
            "1\t0\tship.hit\t-3",
            "1\t0\tdamaged.born\t0",
            "2\t0\tship.died\t0",
            "2\t0\tship.cause\tsunk",
            "2\t0\tdamaged.died\t0",
            "3\t1\tship.born\t1",
            "3\t1\tship.parent\t1",
            "3\t1\tship.flag\tred",
            "4\t1\tship.x\t8.0");
    Aw x = Aw.run("history", store, "--table", "ship", "--id", 0, "--key", "x", "--json");
    assertThat(x.jsonLines())
        .hasSize(3)
        .contains(Map.of("tick", 4, "gen", 1, "key", "ship.x", "val", 8.0));
    assertThat(Aw.run("history", store, "--table", "ship", "--id", 9).err())
        .isEqualTo("aw: Cannot show the history: the log has no row of ship 9\n");
    assertThat(Aw.run("history", store, "--table", "ship", "--id", 0, "--key", "n").err())
        .startsWith("aw: Cannot show the history: table 'ship' has no key 'n', only [ship.born, ");
    assertThat(Aw.run("history", store, "--table", "boat", "--id", 0).err())
        .startsWith("aw: Cannot show the history: unknown table 'boat'");
    assertThat(Aw.run("history", store, "--table", "ship", "--id", -1).exit()).isEqualTo(2);
    Aw beyond = Aw.run("history", store, "--table", "ship", "--id", 0, "--gen", 1L << 32);
    assertThat(beyond.exit()).isEqualTo(2);
    assertThat(beyond.err()).contains("expected a generation from 0 to 4294967295");
  }

  @Test
  void at_shows_tables_and_columns() {
    Aw all = Aw.run("at", store, "--tick", 4);
    assertThat(all.lines().get(0)).isEqualTo("tick 4");
    assertThat(all.out()).containsPattern("ship +2 +id gen x mass flag serial afloat");
    Aw ship = Aw.run("at", store, "--tick", 1, "--table", "ship");
    assertThat(ship.out())
        .containsPattern("x +f32 +0.0 +0.5 +0.5 +0.0")
        .containsPattern("serial +u64 +0 +18446744073709551615")
        .containsPattern("flag +string +- +- +blue +a\\\\u202eb");
    assertThat(Aw.run("at", store, "--tick", 4, "--json").json()).containsEntry("tick", 4);
    assertThat(Aw.run("at", store, "--tick", 9).err())
        .isEqualTo("aw: Cannot show the world: no world at tick 9: the store has ticks 0 to 4\n");
    assertThat(Aw.run("at", store, "--tick", 1, "--to", "arrow").exit()).isEqualTo(2);
  }

  @Test
  void at_writes_tables_as_npy_parquet_and_csv_that_come_back() throws IOException {
    for (String format : List.of("npy", "csv", "parquet")) {
      Path all = folder.resolve("out/" + format);
      assertThat(Aw.run("at", store, "--tick", 1, "--to", format, "--out", all).exit()).isZero();
      assertThat(new DiskStorage(all).list("")).hasSize(3);
      Aw again = Aw.run("at", store, "--tick", 1, "--to", format, "--out", all, "--replace");
      assertThat(again.exit()).isZero();
      assertThat(Aw.run("at", store, "--tick", 1, "--to", format, "--out", all).exit())
          .isEqualTo(1);
    }
    Path one = folder.resolve("ship");
    Aw.run("at", store, "--tick", 1, "--table", "ship", "--to", "npy", "--out", one);
    assertThat(new DiskStorage(one).list("")).contains("x.npy", "codebook.utf8.npy");
    Path back = folder.resolve("back");
    assertThat(Aw.run("import", "npy", one, "--table", "ship", "--out", back).exit()).isZero();
    assertThat(hashOfColumns(back, 0)).isEqualTo(hashOfColumns(store, 1));
    String csv = Files.readString(folder.resolve("out/csv/ship.csv"));
    assertThat(csv.lines().count()).isEqualTo(1 + Files.size(one.resolve("afloat.npy")) - 128);
  }

  private static String hashOfColumns(Path store, long tick) {
    Aw hash = Aw.run("hash", store, "--tick", tick, "--table", "ship", "--columns", "id,x,mass");
    return hash.lines().get(hash.lines().size() - 1);
  }

  @Test
  void at_writes_tables_as_arrow_and_npz_files_that_agree() throws IOException {
    Path arrow = folder.resolve("out/arrow");
    Path npz = folder.resolve("out/npz");
    assertThat(Aw.run("at", store, "--tick", 1, "--to", "arrow", "--out", arrow).exit()).isZero();
    assertThat(Aw.run("at", store, "--tick", 1, "--to", "npz", "--out", npz).exit()).isZero();
    Path small = folder.resolve("out/small");
    Aw zstd =
        Aw.run("at", store, "--tick", 1, "--to", "arrow", "--compress", "zstd:3", "--out", small);
    assertThat(zstd.exit()).isZero();
    DiskStorage disk = new DiskStorage(folder);
    for (String file : List.of("ship.arrow", "fleet.arrow", "damaged.arrow")) {
      try (TableFile a = TableFile.open(disk, "out/arrow/" + file);
          TableFile b = TableFile.open(disk, "out/small/" + file)) {
        assertThat(Hashes.table(b)).isEqualTo(Hashes.table(a));
        assertThat(b.words()).isEqualTo(a.words());
      }
    }
    Aw unknown =
        Aw.run("at", store, "--tick", 1, "--to", "arrow", "--compress", "lz4", "--out", small);
    assertThat(unknown.exit()).isEqualTo(2);
    assertThat(unknown.err())
        .contains("unknown compression 'lz4': expected none, zstd or zstd:LEVEL");
    assertThat(Aw.run("at", store, "--tick", 1, "--compress", "zstd").exit()).isEqualTo(2);
    assertThat(new DiskStorage(folder.resolve("out")).list(""))
        .containsExactly("arrow", "npz", "small");
    assertThat(new DiskStorage(arrow).list(""))
        .containsExactly("damaged.arrow", "fleet.arrow", "ship.arrow");
    TableFiles.Info info = TableFiles.info(new DiskStorage(arrow), "ship.arrow");
    assertThat(info.rows()).isEqualTo(2);
    assertThat(info.metadata()).containsEntry("aw.tick", "00000000000000000001");
    try (NpzReader reader = NpzReader.open(new DiskStorage(npz), "ship.npz")) {
      assertThat(reader.names())
          .containsExactly(
              "id",
              "gen",
              "x",
              "mass",
              "flag",
              "serial",
              "afloat",
              "codebook.columns",
              "codebook.offsets",
              "codebook.utf8");
      assertThat(reader.read("x").doubleAt(0)).isEqualTo(0.5);
      assertThat(reader.header("afloat").type().descr()).isEqualTo("|b1");
      assertThat(reader.read("flag").longAt(1)).isEqualTo(1);
      assertThat(reader.read("codebook.offsets").longAt(1)).isEqualTo(4);
    }
  }

  @Test
  void an_output_that_exists_is_replaced_only_when_asked_for() throws IOException {
    Path file = Files.writeString(folder.resolve("ship.npz"), "old");
    Object[] args = {
      "at", store, "--tick", 1, "--table", "ship", "--to", "npz", "--out", file, "--replace"
    };
    Aw refused = Aw.run(java.util.Arrays.copyOf(args, args.length - 1));
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("it exists; choose another path, or --replace it");
    assertThat(file).hasContent("old");
    assertThat(Aw.run(args).exit()).isZero();
    assertThat(Files.size(file)).isGreaterThan(1000);
    Path precious = Files.createDirectory(folder.resolve("precious"));
    Files.writeString(precious.resolve("letter.txt"), "dear");
    Aw kept = Aw.run("at", store, "--tick", 1, "--to", "npz", "--out", precious, "--replace");
    assertThat(kept.exit()).isEqualTo(1);
    assertThat(kept.err()).contains("nothing else is deleted");
    assertThat(precious.resolve("letter.txt")).exists();
  }

  @Test
  void trajectories_are_imported_and_malformed_ones_leave_no_store() throws IOException {
    Path file = folder.resolve("people.txt");
    Files.writeString(file, "1 10 0.5 2\n2 10 1 2\n1 11 0.6 2\n");
    Path out = folder.resolve("people");
    Aw imported =
        Aw.run("import", "trajectories", file, "--columns", "id,tick,x,y", "--out", out, "--json");
    assertThat(imported.exit()).isZero();
    assertThat(imported.json())
        .containsEntry("table", "people")
        .containsEntry("rows", 3)
        .containsEntry("births", 2);
    assertThat(Aw.run("verify", out, "--deep").lastLine()).endsWith("valid to tick 11");
    assertThat(Aw.run("at", out, "--tick", 11).out()).containsPattern("people +1 ");
    Files.writeString(file, "1 10 0.5 2\n2 10 1 \u001B[2J\n");
    Path none = folder.resolve("none");
    Aw refused = Aw.run("import", "trajectories", file, "--columns", "id,tick,x,y", "--out", none);
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err())
        .contains("line 2: expected a decimal number for y, found '\\u001b[2J'")
        .doesNotContain("\u001B");
    assertThat(none).doesNotExist();
    Aw usage = Aw.run("import", "trajectories", file, "--columns", "id,x", "--out", none);
    assertThat(usage.exit()).isEqualTo(2);
  }

  @Test
  void a_resumed_run_equals_one_that_never_paused() throws IOException {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    Aw run = Aw.run("run", "--out", whole, "--ticks", 30, "--snapshot-every", 20);
    assertThat(run.exit()).isZero();
    assertThat(run.err().lines()).hasSize(10).allMatch(l -> l.startsWith("aw: tick "));
    assertThat(run.out()).contains("creatures", "hash world", "pa.ipc.open_file(p).read_all()");
    Aw.run("run", "--out", parts, "--ticks", 17, "--durability", "none");
    Aw resumed = Aw.run("resume", parts, "--ticks", 13, "--json");
    assertThat(resumed.json()).containsEntry("last_tick", 30).containsEntry("ticks", 13);
    assertThat(Aw.run("hash", parts, "--tick", 30, "--resume").lastLine())
        .isEqualTo(Aw.run("hash", whole, "--tick", 30, "--resume").lastLine());
    assertThat(resumed.json())
        .containsEntry("hash_world", Aw.run("hash", whole, "--tick", 30).lastLine());
    assertThat(Aw.run("info", whole, "--json").json()).containsEntry("snapshots", List.of(20));
    Aw again = Aw.run("run", "--out", whole, "--ticks", 1);
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err()).contains("it exists; choose another path, or --replace it");
    assertThat(Aw.run("run", "--out", whole, "--ticks", 1, "--replace").exit()).isZero();
    assertThat(Aw.run("info", whole, "--json").json()).containsEntry("last_tick", 1);
    assertThat(Aw.run("run", "--out", folder.resolve("n"), "--preset", "huge").err())
        .isEqualTo("aw: Cannot run: unknown preset 'huge': there are [tiny, small, crowded]\n");
    assertThat(Aw.run("resume", store, "--ticks", 1).exit()).isEqualTo(1);
  }
}
