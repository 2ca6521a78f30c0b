// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.imports.history.TimeGrid;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.TableView;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrajectoryImportTest {
  private static final String XYZ = "id,tick,x,y,z";

  @TempDir Path folder;
  private final BufferAllocator memory = new RootAllocator();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  @Test
  void comments_units_and_titles_are_utf_8() throws IOException {
    Path file =
        write(
            "# Gr\u00f6\u00dfe: \u00b5\n# id frame x/\u00b5m \u00f6\nZo\u00eb 0 1 2\nZo\u00eb 1 1 2\n");
    HistoryImportResult result = run(file, "", folder.resolve("s"));
    assertThat(result.units()).containsValue("\u00b5m");
    StoreInfo info = StoreInfo.read(new DiskStorage(folder.resolve("s")));
    assertThat(info.properties())
        .containsEntry("source.comment", "Gr\u00f6\u00dfe: \u00b5\nid frame x/\u00b5m \u00f6")
        .containsEntry("import.columns", "id,tick,x,\u00f6");
    Files.write(file, "# Gr\u00f6\u00dfe\n1 0 1\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> run(file, XYZ, folder.resolve("none")))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(
            "line 1: it is not UTF-8; write the file as UTF-8, for instance with iconv");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "framerate: 1e3 fps|0.001",
        "framerate: 12.5.|0.08",
        "Frame_Rate=.5, or so|2",
        "framerate: 25 fps, camera 2|0.04",
      })
  void a_frame_rate_is_read_whole(String comment, String step) throws IOException {
    Path file = write("# " + comment + "\n1 0 1 2 3\n# framerate: 99\n");
    run(file, XYZ, folder.resolve("s"));
    StoreInfo info = StoreInfo.read(new DiskStorage(folder.resolve("s")));
    assertThat(info.properties()).containsEntry("time.step", step);
  }

  @ParameterizedTest
  @ValueSource(strings = {"12,5", "25-30", "0", "-3", "1e999"})
  void a_frame_rate_that_is_no_number_is_passed_over_and_told(String rate) throws IOException {
    Path file = write("# framerate: " + rate + " fps\n1 0 1 2 3\n");
    HistoryImportResult result = run(file, XYZ, folder.resolve("s"));
    assertThat(result.notes().toString()).contains("the frame rate '" + rate + "' of a comment");
    StoreInfo info = StoreInfo.read(new DiskStorage(folder.resolve("s")));
    assertThat(info.properties()).doesNotContainKey("time.step");
  }

  @Test
  void a_header_may_call_a_column_as_a_mapping_calls_what_is_left_out() throws IOException {
    run(write("id frame _ x\n1 0 5 6\n"), "", folder.resolve("s"));
    try (Store store = Store.open(new DiskStorage(folder.resolve("s")));
        World world = store.at(0)) {
      assertThat(world.tables().get(0).columns().stream().map(c -> c.name()))
          .containsExactly("id", "gen", "_", "x");
    }
    run(write("id frame _ x\n1 0 5 6\n"), "id,tick,_,x", folder.resolve("s2"));
    try (Store store = Store.open(new DiskStorage(folder.resolve("s2")));
        World world = store.at(0)) {
      assertThat(world.tables().get(0).columns().stream().map(c -> c.name()))
          .containsExactly("id", "gen", "x");
    }
  }

  @Test
  void ids_with_leading_zeros_are_names() throws IOException {
    HistoryImportResult result = run(write("007 0 1 2 3\n7 0 1 2 3\n"), XYZ, folder.resolve("s"));
    assertThat(result.births()).isEqualTo(2);
    assertThat(run(write("7.0 0 1 2 3\n"), XYZ, folder.resolve("s2")).births()).isOne();
    try (Store store = Store.open(new DiskStorage(folder.resolve("s2")));
        World world = store.at(0)) {
      assertThat(world.tables().get(0).slotOf(7)).isZero();
    }
  }

  /** Spec T-55. */
  @ParameterizedTest
  @ValueSource(strings = {"corridor_uni_050.txt", "corridor_uni_180_120.txt"})
  void the_world_at_each_frame_holds_exactly_that_frames_people(String name) throws IOException {
    Path file = pedestrians().resolve(name);
    Path store = folder.resolve("store");
    HistoryImportResult result = run(file, XYZ, store);
    NavigableMap<Long, Map<Integer, double[]>> frames = parse(file);
    assertThat(result.ticks()).isEqualTo(frames.size());
    assertThat(result.firstTick()).isEqualTo(frames.firstKey());
    assertThat(result.lastTick()).isEqualTo(frames.lastKey());
    check(store, frames);
  }

  private static Path pedestrians() {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.exists(at.resolve("mvnw"))) {
      at = at.getParent();
    }
    Path folder = at == null ? Path.of("none") : at.resolve("../shared/data/pedestrians");
    assumeThat(folder)
        .withFailMessage("skipped: the reference inputs shared/data/pedestrians are not here")
        .isDirectory();
    return folder.normalize();
  }

  /** An own, slow reading of the file. */
  private static NavigableMap<Long, Map<Integer, double[]>> parse(Path file) throws IOException {
    NavigableMap<Long, Map<Integer, double[]>> frames = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      String[] parts = line.split("#", 2)[0].strip().split("\\s+");
      if (parts.length == 5) {
        double[] values = new double[3];
        for (int i = 0; i < 3; i++) {
          values[i] = new BigDecimal(parts[2 + i]).doubleValue();
        }
        frames
            .computeIfAbsent(Long.parseLong(parts[1]), t -> new HashMap<>())
            .put(Integer.parseUnsignedInt(parts[0]), values);
      }
    }
    return frames;
  }

  private void check(Path store, NavigableMap<Long, Map<Integer, double[]>> frames)
      throws IOException {
    try (Store timeline = Store.open(new DiskStorage(store))) {
      String name = timeline.info().schema().tables().get(0).name();
      for (Map.Entry<Long, Map<Integer, double[]>> frame : frames.entrySet()) {
        try (World world = timeline.at(frame.getKey())) {
          TableView table = world.table(name);
          assertThat(world.tick()).isEqualTo(frame.getKey());
          assertThat(table.rows()).isEqualTo(frame.getValue().size());
          for (Map.Entry<Integer, double[]> person : frame.getValue().entrySet()) {
            int slot = table.slotOf(person.getKey());
            assertThat(slot).isNotNegative();
            for (int i = 0; i < 3; i++) {
              assertThat(table.bytes(table.schema().allColumns().get(2 + i)).getDouble(8 * slot))
                  .isEqualTo(person.getValue()[i]);
            }
          }
        }
      }
      assertThat(timeline.firstTick()).isEqualTo(frames.firstKey());
      assertThat(timeline.lastTick()).isEqualTo(frames.lastKey());
    }
  }

  @Test
  void shuffled_lines_gaps_rebirths_and_comments_give_the_same_worlds() throws IOException {
    long seed = 20261121;
    Random random = new Random(seed);
    List<String> lines = new ArrayList<>();
    for (long tick = 5; tick < 400; tick += 1 + random.nextInt(4)) {
      for (int i = 0; i < 12; i++) {
        if (random.nextInt(3) > 0) {
          String separator = random.nextBoolean() ? "\t" : "   ";
          String id = Integer.toUnsignedString(i * 400_000_003);
          double x = random.nextGaussian() * 1e3;
          lines.add(
              String.join(separator, id, "" + tick, "" + x, Text.of("%.4e", x / 7), "-0.0")
                  + (random.nextInt(5) == 0 ? " # seen twice" : ""));
        }
      }
    }
    Collections.shuffle(lines, random);
    lines.add(0, "# id frame x y z");
    lines.add(3, "");
    Path file = folder.resolve("people.txt");
    Files.writeString(file, String.join("\r\n", lines));
    Path store = folder.resolve("store");
    HistoryImportResult result = run(file, XYZ, store);
    assertThat(result.rows()).as("seed %d", seed).isEqualTo(lines.size() - 2);
    check(store, parse(file));
    DiskStorage storage = new DiskStorage(store);
    assertThat(Verifier.verify(storage, Verifier.Depth.DEEP, 1, memory).findings()).isEmpty();
  }

  @Test
  void one_who_comes_back_is_reborn_with_the_next_generation() throws IOException {
    Path file = write("1 10 0.5\n2 10 1\n2 12 1\n1 13 2\n");
    Path store = folder.resolve("store");
    HistoryImportResult result = run(file, "id,tick,x", store);
    assertThat(result.births()).isEqualTo(3);
    try (Store timeline = Store.open(new DiskStorage(store));
        World gone = timeline.at(12);
        World back = timeline.at(13)) {
      assertThat(gone.table("file").slotOf(1)).isEqualTo(-1);
      assertThat(back.table("file").gen(back.table("file").slotOf(1))).isEqualTo(1);
      assertThat(back.table("file").rows()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 2 x 4 5       | line 1: expected a decimal number for x, found 'x'",
        "1 2 3 4         | line 1: expected 5 fields (id, tick, x, y, z), found 4",
        "1 2 1e999 4 5   | line 1: a float64 cannot hold 1e999 of x",
        "1 2 1f 4 5      | line 1: expected a decimal number for x, found '1f'",
        "1 2 0x1p3 4 5   | line 1: expected a decimal number for x, found '0x1p3'",
        "1 2 1,5 4 5     | line 1: expected a decimal number for x, found '1,5'; numbers with a decimal comma",
        "1 z 3 4 5       | line 1: expected a number in column 'tick', found 'z'",
        "1 2.5 3 4 5     | line 1: time 2.5 is not on the grid of whole ticks; --snap takes the nearest tick",
        "1 9223372036854775808 3 4 5 | line 1: tick 9223372036854775808 is outside 0 to 2^63",
      })
  void a_malformed_line_is_named_and_no_store_is_left(String line, String message)
      throws IOException {
    assertRefused(write(line + "\n1 3 3 4 5\n"), message);
  }

  @Test
  void an_id_that_stands_twice_in_a_tick_is_named_with_both_lines() throws IOException {
    assertRefused(
        write("1 2 3 4 5\n# between\n2 2 3 4 5\n1 2 9 9 9\n"),
        "line 4: entity 1 stands twice at tick 2, first on line 1");
  }

  @Test
  void a_line_without_an_end_is_refused_in_bounded_memory() throws IOException {
    assertRefused(write("1 2 3 4 " + "5".repeat(1 << 17)), "it is longer than 65536 bytes");
  }

  private void assertRefused(Path file, String message) throws IOException {
    assertRefused(file, XYZ, message);
  }

  private void assertRefused(Path file, String columns, String message) throws IOException {
    assertThatThrownBy(() -> run(file, columns, folder.resolve("store")))
        .isInstanceOfAny(InvalidUseException.class, DamagedFileException.class)
        .hasMessageContaining(message);
    assertThat(names()).containsExactly("file.txt");
  }

  @Test
  void a_file_without_rows_is_refused() throws IOException {
    Path file = write("# nobody\n\n");
    assertThatThrownBy(() -> run(file, XYZ, folder.resolve("store")))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(Text.of("Cannot import %s: it holds no rows", file));
    assertThat(names()).containsExactly("file.txt");
  }

  @Test
  void an_output_that_exists_is_refused_and_only_stores_are_replaced() throws IOException {
    Path file = write("1 2 3 4 5\n");
    Path store = folder.resolve("store");
    run(file, XYZ, store);
    assertThatThrownBy(() -> run(file, XYZ, store))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it exists; choose another path, or --replace it");
    Files.writeString(file, "7 2 3 4 5\n");
    run(file, XYZ, store, OutputDirectory.Existing.REPLACE);
    try (Store timeline = Store.open(new DiskStorage(store));
        World world = timeline.at(2)) {
      assertThat(world.table("file").id(0)).isEqualTo(7);
    }
    Path notes = Files.createDirectory(folder.resolve("notes"));
    Files.writeString(notes.resolve("a"), "b");
    assertThatThrownBy(() -> run(file, XYZ, notes, OutputDirectory.Existing.REPLACE))
        .hasMessage(
            Text.of(
                "Cannot replace %s: it is neither a store nor a directory of exported tables, and nothing else is deleted",
                notes));
    assertThat(names()).containsExactlyInAnyOrder("file.txt", "store", "notes");
  }

  @Test
  void a_map_needs_one_id_and_one_tick() throws IOException {
    assertRefused(
        write("1 2 3\n"), "id,x,y", "Cannot map columns id,x,y: expected exactly one 'tick'");
    assertRefused(
        write("1 2 3\n"), "id,tick,id", "Cannot map columns id,tick,id: expected exactly one 'id'");
  }

  @Test
  void fields_named_by_an_underscore_are_left_out() throws IOException {
    Path store = folder.resolve("store");
    run(write("a 4 7 1.25 b\n"), "_,tick,id,x,_", store);
    try (Store timeline = Store.open(new DiskStorage(store))) {
      assertThat(timeline.info().schema().table("file").columns())
          .extracting(c -> c.name())
          .containsExactly("x");
    }
  }

  private Path write(String text) throws IOException {
    Path file = folder.resolve("file.txt");
    Files.writeString(file, text);
    return file;
  }

  private List<String> names() throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.map(p -> p.getFileName().toString()).toList();
    }
  }

  private HistoryImportResult run(Path file, String columns, Path store) throws IOException {
    return run(file, columns, store, OutputDirectory.Existing.REFUSE);
  }

  private HistoryImportResult run(
      Path file, String columns, Path store, OutputDirectory.Existing existing) throws IOException {
    List<ColumnMapping.Entry> fields = new ArrayList<>();
    for (String name : columns.isEmpty() ? new String[0] : columns.split(",")) {
      fields.add(
          new ColumnMapping.Entry(
              name, "field " + fields.size(), Optional.empty(), Optional.empty()));
    }
    TableImportOptions options =
        new TableImportOptions(file, store, existing, Optional.empty(), new ColumnMapping(fields));
    HistoryOptions history =
        new HistoryOptions("id", "tick", TimeGrid.TICKS, HistoryOptions.Absence.DIES);
    return Imports.history(ImportFormat.TRAJECTORIES, options, history, memory);
  }
}
