// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.simlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.export.internal.Subdirectory;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.Compression;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.simlog.SimType;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.storage.Storage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimLogImportTest {
  private static final Map<String, String> TEXT_COLUMNS =
      Map.of(
          "case", "case:concept:name",
          "activity", "concept:name",
          "resource", "org:resource",
          "group", "org:group",
          "channel", "case:channel");
  private static final Map<String, String> TIME_COLUMNS =
      Map.of("time", "time:timestamp", "deadline", "case:deadline");

  private final MemoryStorage source = new MemoryStorage();
  private final MemoryStorage target = new MemoryStorage();

  private static Path shared(String name) {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.exists(at.resolve("mvnw"))) {
      at = at.getParent();
    }
    Path folder = (at == null ? Path.of("") : at).resolve("../shared/data").resolve(name);
    assumeThat(folder)
        .withFailMessage("skipped: the reference inputs shared/data/%s are not here", name)
        .isDirectory();
    return folder.normalize();
  }

  private static Map<Long, Map<String, Object>> records(Path store) throws IOException {
    Map<Long, Map<String, Object>> records = new TreeMap<>();
    try (SimLogReader reader = SimLogReader.open(store)) {
      reader.scan(r -> records.put(r.ordinal(), r.toMap()));
    }
    return records;
  }

  private Map<Long, Map<String, Object>> imported() throws IOException {
    Map<Long, Map<String, Object>> records = new TreeMap<>();
    try (SimLogReader reader = SimLogReader.open(new Subdirectory(target, "out"))) {
      reader.scan(r -> records.put(r.ordinal(), r.toMap()));
    }
    return records;
  }

  /** Seconds since 1970 as Python's {@code timestamp()} has them; null for an empty cell. */
  private static Double seconds(String cell) {
    if (cell.isEmpty()) {
      return null;
    }
    DateTimeFormatter format =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss[.SSSSSS]XXX", Locale.ROOT);
    OffsetDateTime time = OffsetDateTime.parse(cell, format);
    return (time.toEpochSecond() * 1_000_000 + time.getNano() / 1000) / 1e6;
  }

  @Test
  void the_receipt_log_equals_its_csv_row_by_row(@TempDir Path folder) throws IOException {
    Path store = folder.resolve("receipt");
    SimLogImportResult result = SimLogImport.importDirectory(shared("simlog-receipt"), store);
    assertThat(result).isEqualTo(new SimLogImportResult(8577, 77193, 5, List.of()));
    assertThat(result.complete()).isTrue();
    List<String> lines = Files.readAllLines(shared("event-log").resolve("receipt.csv"));
    List<String> header = Arrays.asList(lines.get(0).split(",", -1));
    Map<Long, Map<String, Object>> records = records(store);
    assertThat(lines).hasSize(8578);
    for (int i = 0; i < 8577; i++) {
      String[] cells = lines.get(i + 1).split(",", -1);
      Map<String, Object> expected = new TreeMap<>();
      TEXT_COLUMNS.forEach((field, column) -> expected.put(field, cells[header.indexOf(column)]));
      TIME_COLUMNS.forEach(
          (field, column) -> expected.put(field, seconds(cells[header.indexOf(column)])));
      String caseName = cells[header.indexOf("case:concept:name")];
      expected.put("case_no", Long.parseLong(caseName.substring("case-".length())));
      expected.put("seq", (long) i);
      expected.values().removeIf(Objects::isNull);
      assertThat(records.get((long) i)).as("record %d", i).isEqualTo(expected);
    }
    assertThat(new DiskStorage(folder).list("")).containsExactly(store.getFileName().toString());
    try (SimLogReader reader = SimLogReader.open(store)) {
      assertThat(reader.fields().stream().map(Object::toString))
          .containsExactly(
              "time FLOAT64",
              "case STRING",
              "case_no INT64",
              "activity STRING",
              "resource STRING",
              "group STRING",
              "channel STRING",
              "deadline FLOAT64",
              "seq INT64");
    }
  }

  @Test
  void without_its_codebook_it_is_imported_with_codes_and_reported(@TempDir Path folder)
      throws IOException {
    Path copy = Files.createDirectory(folder.resolve("in"));
    for (int i = 0; i < 5; i++) {
      String name = Text.of("chunk_00000%d.npz", i);
      Files.copy(shared("simlog-receipt").resolve(name), copy.resolve(name));
    }
    SimLogImportResult result = SimLogImport.importDirectory(copy, folder.resolve("out"));
    assertThat(result.complete()).isFalse();
    assertThat(result.records()).isEqualTo(8577);
    assertThat(result.findings())
        .containsExactly(
            "_codebook.json is missing: fields are named key_0, key_1, ... after their key"
                + " numbers, and strings are the numbers of their codes");
    assertThat(records(folder.resolve("out")).get(1L))
        .containsEntry("key_1", 0L)
        .containsEntry("key_2", 10011L)
        .containsEntry("key_3", 5L)
        .containsEntry("key_0", seconds("2011-10-12 08:26:25.398000+02:00"));
  }

  @Test
  void a_directory_of_another_kind_or_a_target_that_exists_is_refused(@TempDir Path folder)
      throws IOException {
    assertThatThrownBy(() -> SimLogImport.importDirectory(folder, folder.resolve("out")))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageEndingWith("it has neither chunk_NNNNNN.npz files nor a _codebook.json");
    Path there = Files.createDirectory(folder.resolve("there"));
    assertThatThrownBy(() -> SimLogImport.importDirectory(folder, there))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot import into there: it exists already");
    assertThat(new DiskStorage(folder).list("")).containsExactly(there.getFileName().toString());
  }

  private static NpyArray array(NpyType type, double... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * type.itemBytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      switch (type) {
        case I32 -> bytes.putInt((int) value);
        case I16 -> bytes.putShort((short) value);
        default -> bytes.putDouble(value);
      }
    }
    return NpyArray.of(type, new long[] {values.length}, bytes.flip());
  }

  private void chunk(int number, int records, double[] rids, double[] keys, double[] vals)
      throws IOException {
    byte[] meta =
        Text.of("{\"buffer_size\": 9, \"row_count\": %d}", records)
            .getBytes(StandardCharsets.UTF_8);
    chunk(
        source,
        Text.of("chunk_%06d.npz", number),
        Map.of(
            "_meta", NpyArray.of(NpyType.U8, new long[] {meta.length}, ByteBuffer.wrap(meta)),
            "rids", array(NpyType.I32, rids),
            "keys", array(NpyType.I16, keys),
            "vals", array(NpyType.F64, vals)));
  }

  private static void chunk(Storage storage, String name, Map<String, NpyArray> arrays)
      throws IOException {
    storage.createDirectories("");
    try (NpzWriter writer = NpzWriter.create(storage, name, Compression.STORED)) {
      for (Map.Entry<String, NpyArray> entry : new TreeMap<>(arrays).entrySet()) {
        writer.add(entry.getKey(), entry.getValue());
      }
      writer.commit();
    }
  }

  private void codebook(String json) throws IOException {
    source.put("_codebook.json", json.getBytes(StandardCharsets.UTF_8));
  }

  private static final String CODEBOOK =
      """
      {"codebook": ["", "grün"], "str_keys": [1], "key_types": {"0": "f", "1": "i", "2": "i", "3": "i"},
       "fields": {"time": "float64", "word": "int32", "n": "int64", "ok": "bool"}}
      """;

  private static double[] row(double... values) {
    return values;
  }

  @Test
  void values_that_left_the_type_frozen_for_their_field_are_kept() throws IOException {
    codebook(CODEBOOK);
    chunk(0, 2, row(0, 0, 0, 0, 1, 1), row(0, 1, 2, 3, 2, 1), row(0.5, 1, 7, 1, 8, 0));
    chunk(1, 3, row(0, 0, 2), row(2, 1, 2), row(1.5, 0, 0x1p60));
    SimLogImportResult result = SimLogImport.importDirectory(source, target, "out");
    assertThat(result).isEqualTo(new SimLogImportResult(5, 9, 2, List.of()));
    assertThat(imported())
        .isEqualTo(
            Map.of(
                0L, Map.of("time", 0.5, "word", "grün", "n", 7.0, "ok", true),
                1L, Map.of("n", 8.0, "word", ""),
                2L, Map.of("n", 1.5, "word", ""),
                4L, Map.of("n", 0x1p60)));
    try (SimLogReader reader = SimLogReader.open(new Subdirectory(target, "out"))) {
      assertThat(reader.field("n").type()).isEqualTo(SimType.FLOAT64);
    }
  }

  @Test
  void what_the_codebook_cannot_tell_is_kept_and_reported() throws IOException {
    codebook(CODEBOOK);
    chunk(1, 3, row(0, 1, 2, 2, 2), row(1, 1, 1, 9, 3), row(1, 2, 0.5, 4, 5));
    chunk(4, 1, row(0), row(9), row(5));
    SimLogImportResult result = SimLogImport.importDirectory(source, target, "out");
    assertThat(result.findings())
        .containsExactly(
            "chunk_000000.npz is missing, and its records with it",
            "chunk_000002.npz to chunk_000003.npz are missing, and their records with them",
            "key 9 is not in _codebook.json: its 2 values from record 2 on are in field key_9",
            "field 'word' has 2 values that are not a code, first 2.0 in record 1: kept as numbers",
            "field 'ok' has 1 values that are not a truth value, first 5.0 in record 2: kept as numbers");
    assertThat(imported().get(2L)).isEqualTo(Map.of("word", 0.5, "key_9", 4L, "ok", 5L));
    assertThat(imported().get(3L)).isEqualTo(Map.of("key_9", 5L));
  }

  @Test
  void a_log_without_records_is_imported_as_one() throws IOException {
    codebook(CODEBOOK);
    assertThat(SimLogImport.importDirectory(source, target, "out").complete()).isTrue();
    assertThat(imported()).isEmpty();
  }

  private void refused(String message) throws IOException {
    assertThatThrownBy(() -> SimLogImport.importDirectory(source, target, "out"))
        .isInstanceOf(DamagedFileException.class)
        .hasMessage(message);
    assertThat(target.list("")).isEmpty();
  }

  @Test
  void a_chunk_that_breaks_the_layout_is_named_and_nothing_is_left() throws IOException {
    codebook(CODEBOOK);
    chunk(0, 1, row(0), row(0), row(1));
    chunk(1, 2, row(0, 1), row(0, 0), row(1));
    refused(
        "Cannot read chunk_000001.npz: it has 2 rids, 2 keys and 1 vals, expected as many of each");
    chunkAgain(2, row(1, 0), row(0, 0), row(1, 2));
    refused("Cannot read chunk_000001.npz: rids[1] is 0, expected 1 to 1");
    chunkAgain(2, row(0, 2), row(0, 0), row(1, 2));
    refused("Cannot read chunk_000001.npz: rids[1] is 2, expected 0 to 1");
    chunkAgain(2, row(0, 1), row(0, -3), row(1, 2));
    refused("Cannot read chunk_000001.npz: keys[1] is -3, expected 0 or more");
    chunkAgain(2, row(0, 0), row(2, 2), row(1, 2));
    refused(
        "Cannot read chunk_000001.npz: row 1 cannot be logged: Cannot set field 'n' twice in record 1");
    chunkAgain(Integer.MAX_VALUE, row(0), row(2), row(1));
    refused("Cannot read chunk_000001.npz: row_count is 2147483647, but there are 1 values");
    source.delete("chunk_000001.npz");
    chunk(source, "chunk_000001.npz", Map.of("rids", array(NpyType.I32, 1)));
    refused("Cannot read chunk_000001.npz: it has no array '_meta'");
  }

  private void chunkAgain(int records, double[] rids, double[] keys, double[] vals)
      throws IOException {
    source.delete("chunk_000001.npz");
    chunk(1, records, rids, keys, vals);
  }

  @Test
  void a_changed_or_cut_chunk_is_named_and_nothing_is_left() throws IOException {
    codebook(CODEBOOK);
    chunk(0, 1, row(0), row(0), row(1));
    byte[] good = source.bytes("chunk_000000.npz");
    for (int at = 0; at < good.length; at++) {
      byte[] changed = good.clone();
      changed[at] ^= 0x40;
      byte[] cut = Arrays.copyOf(good, at);
      for (byte[] bad : List.of(changed, cut)) {
        source.put("chunk_000000.npz", bad);
        try {
          SimLogImport.importDirectory(source, target, "out");
          assertThat(imported()).isEqualTo(Map.of(0L, Map.of("time", 1L)));
          AtomicFiles.discard(target, "out"); // the byte meant nothing: a date, say
        } catch (DamagedFileException | UnsupportedVersionException e) {
          assertThat(e).hasMessageContaining("chunk_000000.npz");
        }
        assertThat(target.list("")).isEmpty();
      }
    }
  }

  @Test
  void a_damaged_codebook_is_no_missing_one() throws IOException {
    chunk(0, 1, row(0), row(0), row(1));
    codebook("{\"codebook\": [");
    assertThatThrownBy(() -> SimLogImport.importDirectory(source, target, "out"))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageStartingWith("Cannot read _codebook.json: it holds no valid JSON");
    codebook("{\"codebook\": [1]}");
    refused("Cannot read _codebook.json: 'codebook[0]' should be a string, found 1");
    source.put("_codebook.json", new byte[] {(byte) 0xFF});
    refused("Cannot read _codebook.json: it is not UTF-8");
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"FAIL", "SHORT", "CRASH"})
  void a_fault_at_any_operation_leaves_the_whole_store_or_none(Fault fault) throws IOException {
    codebook(CODEBOOK);
    chunk(0, 2, row(0, 0, 1), row(0, 1, 2), row(0.5, 1, 7));
    chunk(1, 1, row(0, 0), row(0, 1), row(1.5, 0));
    for (long operation = 0; ; operation++) {
      MemoryStorage faulty = new MemoryStorage();
      faulty.plan(FaultPlan.once(operation, fault));
      try {
        SimLogImport.importDirectory(source, faulty, "out");
        if (faulty.operations() <= operation) {
          assertThat(operation).isGreaterThan(20);
          return;
        }
      } catch (IOException e) {
        assertThat(e).hasStackTraceContaining("simulated");
      }
      for (CrashKind kind : CrashKind.values()) {
        MemoryStorage after = faulty.afterCrash(kind);
        if (!after.exists("out")) {
          SimLogImport.importDirectory(source, after, "out"); // what is left is in nobody's way
        }
        try (SimLogReader reader = SimLogReader.open(new Subdirectory(after, "out"))) {
          assertThat(reader.records()).isEqualTo(3);
        }
      }
    }
  }

  @Test
  void the_source_may_be_any_storage(@TempDir Path folder) throws IOException {
    codebook(CODEBOOK);
    chunk(0, 1, row(0), row(0), row(1));
    SimLogImport.importDirectory(source, new DiskStorage(folder), "out");
    assertThat(records(folder.resolve("out"))).hasSize(1);
  }
}
