// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.testing.SharedData;
import org.junit.jupiter.api.Test;

/** A column read page by page is what it is value by value. */
class StoredColumnTest {
  @Test
  void pages_hold_what_values_say_in_the_files_of_the_parquet_project() throws IOException {
    Path folder = SharedData.corpus("parquet-testing");
    List<Path> files;
    try (Stream<Path> found = Files.walk(folder)) {
      files = found.filter(f -> f.toString().endsWith(".parquet")).sorted().toList();
    }
    int compared = 0;
    for (Path file : files) {
      String name = file.getFileName().toString();
      try (ParquetInput input = ParquetInput.open(new DiskStorage(file.getParent()), name)) {
        for (InputColumn column : input.columns()) {
          compared += compare(input, column) ? 1 : 0;
        }
      } catch (DamagedFileException | InvalidUseException e) {
        assertThat(e.getMessage()).contains(name);
      }
    }
    System.out.println(Text.of("StoredColumnTest: %d columns compared", compared));
    assertThat(compared).isGreaterThan(100);
  }

  private static boolean compare(ParquetInput input, InputColumn column) throws IOException {
    Optional<InputColumn.Reading> reading = column.reading(Optional.empty());
    if (reading.isEmpty()) {
      return false;
    }
    StoredColumn stored;
    try {
      stored = StoredColumn.read(input, column, reading.get(), (int) input.rows());
    } catch (UnfitValueException e) {
      return false;
    }
    ColumnType type = reading.get().type();
    ParquetCursor cursor = input.cursor(column, reading.get());
    for (int row = 0; row < input.rows(); row++) {
      String where = Text.of("%s, column '%s', row %d", input.path(), column.name(), row);
      assertThat(cursor.next()).as(where).isTrue();
      assertThat(stored.nulls().get(row)).as(where).isEqualTo(cursor.isNull());
      if (cursor.isNull()) {
        continue;
      }
      if (type == ColumnType.STRING) {
        String word = stored.words().get(stored.data().getInt(4 * row));
        assertThat(word).as(where).isEqualTo(cursor.text());
      } else {
        java.nio.ByteBuffer one = java.nio.ByteBuffer.allocate(8);
        one.order(java.nio.ByteOrder.LITTLE_ENDIAN);
        StoredColumn.put(type, one, 0, cursor.bits());
        assertThat(Cells.read(type, stored.data(), row))
            .as(where)
            .isEqualTo(Cells.read(type, one, 0));
      }
    }
    return true;
  }
}
