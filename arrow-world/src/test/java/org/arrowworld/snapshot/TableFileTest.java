// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.table.TableColumns;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Table files outside a snapshot (spec N-10): what comes back, and that no changed byte does. */
class TableFileTest {
  private static final List<String> WORDS = List.of("eat", "sl\u00e9ep", "", "flee \ud83d\ude00");
  private static final TableFiles.Origin ORIGIN =
      new TableFiles.Origin(new StoreId("00112233445566778899aabbccddeeff"), 1, 42, WORDS);

  private final MemoryStorage storage = new MemoryStorage();

  /** Every column type; random bits, but strings and bools are sound. */
  record RandomTable(int rows, List<Column> columns, List<ByteBuffer> data)
      implements TableColumns {
    static RandomTable of(int rows, long seed) {
      Random random = new Random(seed);
      List<Column> columns = new ArrayList<>();
      List<ByteBuffer> data = new ArrayList<>();
      for (ColumnType type : ColumnType.values()) {
        columns.add(Column.of(type.label(), type));
        ByteBuffer bytes =
            ByteBuffer.allocate(rows * type.widthBytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
          switch (type) {
            case STRING -> bytes.putInt(random.nextInt(WORDS.size()));
            case BOOL -> bytes.put((byte) random.nextInt(2));
            case I64 -> bytes.putLong(row / 3);
            default -> {
              for (int i = 0; i < type.widthBytes(); i++) {
                bytes.put((byte) random.nextInt());
              }
            }
          }
        }
        data.add(bytes.flip());
      }
      return new RandomTable(rows, columns, data);
    }

    @Override
    public String name() {
      return "every";
    }

    @Override
    public ByteBuffer bytes(Column column) {
      ByteBuffer bytes = data.get(columns.indexOf(column)).asReadOnlyBuffer();
      return bytes.order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private void write(TableColumns table, String compression) throws IOException {
    BufferCompression form = BufferCompression.parse(compression);
    TableFiles.write(storage, "t.arrow", table, new TableFiles.Form(ORIGIN, form));
    assertThat(storage.list("")).containsExactly("t.arrow");
  }

  @ParameterizedTest
  @CsvSource({
    "none,0",
    "none,1",
    "none,1000",
    "zstd,0",
    "zstd,1",
    "zstd,1000",
    "zstd:9,1000",
    "zstd,600000"
  })
  void a_table_comes_back_bit_for_bit(String compression, int rows) throws IOException {
    RandomTable table = RandomTable.of(rows, rows);
    write(table, compression);
    try (TableFile file = TableFile.open(storage, "t.arrow")) {
      assertThat(file.name()).isEqualTo("every");
      assertThat(file.rows()).isEqualTo(rows);
      assertThat(file.columns()).isEqualTo(table.columns());
      assertThat(file.words()).isEqualTo(WORDS);
      assertThat(file.metadata()).containsEntry("aw.tick", "00000000000000000042");
      for (Column column : table.columns()) {
        assertThat(file.bytes(column)).as(column.name()).isEqualTo(table.bytes(column));
        assertThat(file.bytes(column).isReadOnly()).isTrue();
      }
      file.verify();
    }
  }

  @Test
  void a_repetitive_table_becomes_smaller() throws IOException {
    Column word = Column.of("word", ColumnType.STRING);
    TableColumns table =
        new RandomTable(100_000, List.of(word), List.of(ByteBuffer.allocateDirect(400_000)));
    write(table, "none");
    int plain = storage.bytes("t.arrow").length;
    write(table, "zstd");
    assertThat(storage.bytes("t.arrow").length).isLessThan(plain / 50);
    try (TableFile file = TableFile.open(storage, "t.arrow")) {
      assertThat(file.bytes(word)).isEqualTo(table.bytes(word));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "zstd"})
  void every_flipped_bit_is_refused(String compression) throws IOException {
    write(RandomTable.of(9, 5), compression);
    byte[] original = storage.bytes("t.arrow");
    assertThat(original.length).isLessThanOrEqualTo(8 * 1024);
    for (int bit = 0; bit < original.length * 8; bit++) {
      byte[] flipped = original.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      storage.put("t.arrow", flipped);
      assertRefused("bit " + bit);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "zstd"})
  void a_file_cut_at_any_byte_is_refused(String compression) throws IOException {
    write(RandomTable.of(9, 6), compression);
    byte[] original = storage.bytes("t.arrow");
    for (int length = 0; length < original.length; length++) {
      storage.put("t.arrow", Arrays.copyOf(original, length));
      assertRefused("cut at " + length);
    }
  }

  private void assertRefused(String how) {
    assertThatThrownBy(
            () -> {
              try (TableFile file = TableFile.open(storage, "t.arrow")) {
                file.verify();
              } catch (UncheckedIOException e) {
                throw e.getCause();
              }
            })
        .as(how)
        .isInstanceOfAny(DamagedFileException.class, UnsupportedVersionException.class)
        .hasMessageContaining("t.arrow");
  }

  @Test
  void a_column_that_was_not_damaged_is_read_though_another_was() throws IOException {
    RandomTable table = RandomTable.of(1000, 8);
    write(table, "zstd");
    byte[] bytes = storage.bytes("t.arrow");
    bytes[bytes.length / 2] ^= 1; // some buffer's: metadata is at both ends
    storage.put("t.arrow", bytes);
    int damaged = 0;
    try (TableFile file = TableFile.open(storage, "t.arrow")) {
      for (Column column : table.columns()) {
        try {
          assertThat(file.bytes(column)).isEqualTo(table.bytes(column));
        } catch (UncheckedIOException e) {
          assertThat(e).hasMessageContaining("t.arrow at byte").hasMessageContaining("checksum");
          damaged++;
        }
      }
    }
    assertThat(damaged).isEqualTo(1);
  }
}
