// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import static org.arrowworld.export.parquet.HandmadeParquet.deltas;
import static org.arrowworld.export.parquet.HandmadeParquet.join;
import static org.arrowworld.export.parquet.HandmadeParquet.little;
import static org.arrowworld.export.parquet.HandmadeParquet.varint;
import static org.arrowworld.export.parquet.HandmadeParquet.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.format.Encoding;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;

/** Pages made by hand: what they say is taken as said, or refused (spec T-30). */
class DamagedPagesTest {
  private static final byte[] TWO_NUMBERS = join(little(7), little(9));

  /** Values of a file, at most a thousand, then how many there are. */
  private static List<Object> read(byte[] file) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    storage.put("a.parquet", file);
    List<Object> values = new ArrayList<>();
    try (ParquetInput input = ParquetInput.open(storage, "a.parquet")) {
      ParquetCursor cursor = input.cursor(input.column("a"));
      boolean text = input.column("a").type().orElseThrow() == ColumnType.STRING;
      long rows = 0;
      while (cursor.next()) {
        Object value = cursor.isNull() ? "null" : text ? cursor.text() : (Object) cursor.bits();
        if (rows++ < 1000) {
          values.add(value);
        }
      }
      assertThat(rows).isEqualTo(input.rows());
    }
    return values;
  }

  private static byte[] indices(int... page) throws IOException {
    byte[] body = new byte[page.length];
    for (int i = 0; i < page.length; i++) {
      body[i] = (byte) page[i];
    }
    return HandmadeParquet.bytes()
        .dictionary(2, TWO_NUMBERS)
        .page(Encoding.RLE_DICTIONARY, 4, body)
        .file();
  }

  @Test
  void a_run_of_no_values_is_damage_wherever_it_stands() throws IOException {
    assertThat(read(indices(1, 8, 1))).isEqualTo(List.of(9L, 9L, 9L, 9L));
    assertThat(read(indices(1, 4, 1, 4, 0))).isEqualTo(List.of(9L, 9L, 7L, 7L));
    for (byte[] file :
        List.of(indices(1, 0, 1, 8, 0), indices(1, 1, 8, 0), indices(1, 4, 0, 0, 1, 4, 0))) {
      assertThatThrownBy(() -> read(file))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("a page has a run of no values");
    }
  }

  @Test
  void a_run_of_no_levels_is_damage() throws IOException {
    byte[] values = join(little(5), little(6));
    byte[] sound = join(little(4), new byte[] {4, 1, 4, 0}, values); // two values, two nulls
    byte[] damaged = join(little(6), new byte[] {0, 1, 4, 1, 4, 0}, values);
    assertThat(read(HandmadeParquet.optional().page(Encoding.PLAIN, 4, sound).file()))
        .isEqualTo(List.of(5L, 6L, "null", "null"));
    byte[] file = HandmadeParquet.optional().page(Encoding.PLAIN, 4, damaged).file();
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("a page has a run of no values");
  }

  @Test
  void the_same_words_are_read_by_index_and_in_full() throws IOException {
    byte[] file =
        HandmadeParquet.texts()
            .dictionary(2, join(word(1), word(3)))
            .page(Encoding.RLE_DICTIONARY, 4, new byte[] {1, 4, 1, 4, 0})
            .page(Encoding.PLAIN, 2, join(word(2), word(3)))
            .file(2);
    List<Object> values = read(file);
    assertThat(values)
        .isEqualTo(
            List.of("xxx", "xxx", "x", "x", "xx", "xxx", "xxx", "xxx", "x", "x", "xx", "xxx"));
    assertThat(values.get(5)).isSameAs(values.get(0)).isSameAs(values.get(11));
  }

  @Test
  void an_index_without_a_word_is_damage() throws IOException {
    byte[] file =
        HandmadeParquet.texts()
            .dictionary(1, word(1))
            .page(Encoding.RLE_DICTIONARY, 2, new byte[] {2, 4, 3})
            .file();
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("it cannot be decoded");
  }

  @Test
  void what_decoders_allocate_counts_as_memory() throws IOException {
    int rows = 60_000_000;
    byte[] deltas =
        HandmadeParquet.bytes()
            .page(Encoding.DELTA_BINARY_PACKED, rows, deltas(1 << 16, rows, 1))
            .file();
    byte[] indices =
        HandmadeParquet.bytes()
            .dictionary(1, little(7))
            .page(
                Encoding.RLE_DICTIONARY,
                2 * rows,
                join(new byte[1], varint(2 * (2 * rows / 8) + 1)))
            .file();
    byte[] words =
        HandmadeParquet.texts()
            .dictionary(10_000_000, new byte[40_000_000])
            .page(Encoding.RLE_DICTIONARY, 1, new byte[] {1, 2, 0})
            .file();
    for (byte[] file : List.of(deltas, indices, words)) {
      assertThat(file).hasSizeLessThan(10_000);
      assertThatThrownBy(() -> read(file))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("bytes of memory beside");
    }
  }

  @Test
  void pages_that_stand_for_many_row_groups_are_decoded_so_often_only() throws IOException {
    byte[] zeros = new byte[16 << 20];
    System.arraycopy(little(zeros.length - 4), 0, zeros, 0, 4);
    byte[] file = HandmadeParquet.texts().page(Encoding.PLAIN, 1, zeros).file(1000);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("it decodes to more than the 4294967296 bytes it may");
  }
}
