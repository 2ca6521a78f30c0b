// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.export.parquet.InputColumn;
import org.arrowworld.export.parquet.ParquetCursor;
import org.arrowworld.export.parquet.ParquetInput;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.table.TableView;
import org.arrowworld.table.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Parquet files of others as tables (spec T-30, T-31). */
class ParquetImportTest {
  private static final int ROWS = 1000;
  private static final int CHANGES = Integer.getInteger("aw.cases", 4000);

  @TempDir Path folder;

  private Path boats(WriterVersion version, int rows) throws IOException {
    Path file = folder.resolve(Text.of("boats-%s-%d.parquet", version, rows));
    ForeignParquet.write(file, version, rows);
    return file;
  }

  private TableImportResult load(Path file, String columns) throws IOException {
    return ParquetImport.run(
        new TableImportOptions(
            file,
            folder.resolve("store"),
            Existing.REPLACE,
            Optional.of("boats"),
            columns.isEmpty() ? ColumnMapping.NONE : ColumnMapping.parse(columns)));
  }

  @ParameterizedTest
  @EnumSource(WriterVersion.class)
  void every_type_comes_in_and_the_rest_is_kept_and_named(WriterVersion version)
      throws IOException {
    Path file = boats(version, ROWS);
    TableImportResult result = load(file, "serial=serial,gap=gap:u16?7,at=when:i64,gone=note?none");
    assertThat(result.rows()).isEqualTo(Map.of("boats", ROWS));
    assertThat(result.unmapped().keySet()).containsExactlyInAnyOrder("raw", "list");
    assertThat(result.unmapped().get("raw"))
        .isEqualTo(
            "its Parquet type is BYTE_ARRAY; if it holds text, take it as text with --columns 'raw=raw:string'");
    assertThat(result.unmapped().get("list"))
        .contains("a table holds no nested values; flatten it first");
    Path kept = folder.resolve("store/unmapped").resolve(file.getFileName());
    assertThat(kept).hasSameBinaryContentAs(file);
    try (Store store = Store.open(new DiskStorage(folder.resolve("store")));
        World world = store.at(0)) {
      TableView table = world.table("boats");
      for (int row = 0; row < ROWS; row++) {
        assertThat(bits(table, "id", row)).isEqualTo(row * 3L);
        assertThat(bits(table, "serial", row)).isEqualTo(Long.MIN_VALUE + row);
        assertThat((int) bits(table, "x", row))
            .isEqualTo(row % 7 == 0 ? 0x7F80_0001 + row : Float.floatToRawIntBits(-0.0f));
        assertThat(bits(table, "y", row)).isEqualTo(Double.doubleToRawLongBits(row * 0.5));
        assertThat(bits(table, "wet", row)).isEqualTo(row % 3 == 0 ? 1 : 0);
        assertThat(bits(table, "gap", row)).isEqualTo(row % 3 == 0 ? 7 : row);
        assertThat(bits(table, "at", row)).isEqualTo(1000L * row);
        assertThat(word(world, table, "name", row)).isEqualTo("boat " + row % 5);
        assertThat(word(world, table, "gone", row))
            .isEqualTo(row % 2 == 0 ? "none" : "note \u00e9 " + row);
      }
    }
  }

  private static long bits(TableView table, String name, int row) {
    var column =
        table.columns().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    return switch (column.type().widthBytes()) {
      case 1 -> table.bytes(column).get(row);
      case 2 -> table.bytes(column).getChar(2 * row);
      case 4 -> table.bytes(column).getInt(4 * row);
      default -> table.bytes(column).getLong(8 * row);
    };
  }

  private static String word(World world, TableView table, String name, int row) {
    return world.codebook().word((int) bits(table, name, row));
  }

  /** Spec T-5. */
  @Test
  void nulls_without_a_value_are_no_column_and_times_keep_their_unit() throws IOException {
    TableImportResult result = load(boats(WriterVersion.PARQUET_1_0, 30), "");
    assertThat(result.isComplete()).isFalse();
    assertThat(result.unmapped().get("gap")).contains("10 of 30 values are null");
    assertThat(result.units()).containsOnlyKeys("boats.when");
    assertThat(result.units().get("boats.when")).contains("since 1970-01-01T00:00:00");
    assertThatThrownBy(() -> load(boats(WriterVersion.PARQUET_1_0, 31), "x=nothing"))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("there is no such column");
  }

  @Test
  void values_with_a_unit_are_no_ids() throws IOException {
    Path file = boats(WriterVersion.PARQUET_1_0, 30);
    assertThatThrownBy(() -> load(file, "id=when"))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("Cannot import column 'when' as id: its values are in 'milliseconds");
  }

  @Test
  void what_is_no_parquet_file_is_said_to_be_none() throws IOException {
    Path file = folder.resolve("x.parquet");
    Files.writeString(file, "PAR1 this is a text");
    assertThatThrownBy(() -> load(file, ""))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("a Parquet file ends in PAR1; it is cut");
    Files.writeString(file, "a text that is long enough");
    assertThatThrownBy(() -> load(file, "")).hasMessageContaining("it does not begin as a Parquet");
    Files.writeString(file, "PARE, and now something PARE");
    assertThatThrownBy(() -> load(file, "")).hasMessageContaining("its footer is encrypted");
    Files.write(file, new byte[] {'P', 'A', 'R', '1', -1, -1, -1, 0x7F, 'P', 'A', 'R', '1'});
    assertThatThrownBy(() -> load(file, ""))
        .hasMessageContaining("its footer would have 2147483647 bytes, the file has 12");
    assertThatThrownBy(() -> load(folder, ""))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it is a directory without a manifest.json");
    assertThat(folder.resolve("store")).doesNotExist();
  }

  /** Reads all values of all columns. */
  private static void read(byte[] bytes) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    storage.put("x.parquet", bytes);
    try (ParquetInput input = ParquetInput.open(storage, "x.parquet")) {
      for (InputColumn column : input.columns()) {
        if (column.type().isEmpty()) {
          continue;
        }
        ParquetCursor cursor = input.cursor(column);
        for (long row = 0; row < Math.min(input.rows(), 100_000) && cursor.next(); row++) {
          if (!cursor.isNull() && column.type().get() == ColumnType.STRING) {
            cursor.text();
          } else if (!cursor.isNull()) {
            cursor.bits();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(WriterVersion.class)
  void a_cut_file_is_damaged_wherever_it_is_cut(WriterVersion version) throws IOException {
    byte[] whole = Files.readAllBytes(boats(version, 100));
    read(whole);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> read(cut)).as("cut at %d", length).isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(WriterVersion.class)
  void a_changed_file_gives_values_or_a_typed_error_and_takes_bounded_memory(WriterVersion version)
      throws IOException {
    long seed = Long.getLong("aw.seed", System.nanoTime());
    System.out.println("ParquetImportTest: repeat with -Daw.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    byte[] whole = Files.readAllBytes(boats(version, 400));
    int refused = 0;
    for (int i = 0; i < CHANGES; i++) {
      byte[] changed = whole.clone();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        // Half of them in the footer, where the counts are.
        int at =
            random.nextBoolean()
                ? random.nextInt(changed.length)
                : changed.length - 1 - random.nextInt(Math.min(changed.length, 4096));
        changed[at] =
            (byte)
                (random.nextBoolean() ? random.nextInt(256) : changed[at] ^ 1 << random.nextInt(8));
      }
      try {
        read(changed);
      } catch (DamagedFileException e) {
        refused++;
      } catch (IOException | RuntimeException | Error e) {
        throw new AssertionError(Text.of("seed %d, change %d", seed, i), e);
      }
    }
    assertThat(refused).isPositive();
  }
}
