// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of many pieces are what they say, row by row, line by line. */
class CsvTableTest {
  private final long seed = Long.getLong("aw.seed", System.nanoTime());
  private final Random random = new Random(seed);
  @TempDir Path folder;

  private CsvTable read(Path path) throws IOException {
    return CsvTable.read(
        path,
        CsvFormat.DEFAULT,
        title -> new CsvTable.Said(Optional.empty(), CsvColumn.Empty.TEXT),
        100,
        CsvTable.Lines.KEPT);
  }

  private static String text(CsvColumn column, int row) {
    return switch (column.type()) {
      case STRING -> column.words().get(column.data().getInt(4 * row));
      case I64 -> Long.toString(column.data().getLong(8 * row));
      case F64 -> Double.toString(column.data().getDouble(8 * row));
      default -> throw new AssertionError(column.type());
    };
  }

  private String field() {
    return switch (random.nextInt(6)) {
      case 0 -> "";
      case 1 -> "plain " + random.nextInt(100);
      case 2 -> "a \"word\", with " + random.nextInt(10);
      case 3 -> "two\nlines" + (random.nextInt(50) == 0 ? "\r\nand more" : "");
      case 4 -> "\u00fc\u4e16" + random.nextInt(1_000_000);
      default -> "x".repeat(random.nextInt(40));
    };
  }

  private static String quoted(String field) {
    boolean needed = field.matches("(?s).*[\",\r\n].*");
    return needed ? '"' + field.replace("\"", "\"\"") + '"' : field;
  }

  @Test
  void rows_of_every_piece_are_there_in_order_with_their_lines() throws IOException {
    System.out.println(Text.of("CsvTableTest: -Daw.seed=%d", seed));
    for (String end : List.of("\n", "\r\n", "\r")) {
      StringBuilder out = new StringBuilder("n,x,word" + end);
      List<String[]> rows = new ArrayList<>();
      List<Long> lines = new ArrayList<>();
      long line = 2;
      while (out.length() < 4 * CsvPieces.PIECE_BYTES) {
        if (random.nextInt(1000) == 0) {
          out.append(end);
          line++;
        }
        String[] row = {
          Long.toString(random.nextInt(1000) - 500L),
          Double.toString(random.nextGaussian() * Math.pow(10, random.nextInt(6) - 3)),
          field()
        };
        rows.add(row);
        lines.add(line);
        out.append(row[0])
            .append(',')
            .append(row[1])
            .append(',')
            .append(quoted(row[2]))
            .append(end);
        line += 1 + row[2].chars().filter(c -> c == '\n').count();
      }
      Path file = Files.writeString(folder.resolve("a.csv"), out);
      CsvTable table = read(file);
      assertThat(table.rows()).isEqualTo(rows.size());
      assertThat(table.columns())
          .extracting(CsvColumn::type)
          .containsExactly(ColumnType.I64, ColumnType.F64, ColumnType.STRING);
      for (int row = 0; row < rows.size(); row++) {
        for (int column = 0; column < 3; column++) {
          String found = text(table.columns().get(column), row);
          if (!found.equals(rows.get(row)[column])) {
            assertThat(found)
                .as("row %d, -Daw.seed=%d", row, seed)
                .isEqualTo(rows.get(row)[column]);
          }
        }
      }
      assertThat(table.lines()).isEqualTo(lines.stream().mapToLong(l -> l).toArray());
    }
  }

  @Test
  void a_separator_that_is_in_numbers_separates() throws IOException {
    record Case(String delimiter, String decimal, String rows) {}
    List<Case> cases =
        List.of(
            new Case(",", ",", "1,5\n2,6\n"),
            new Case("-", ".", "1-5\n2-6\n"),
            new Case("7", ".", "175\n276\n"),
            new Case(".", ",", "1.5\n2.6\n"));
    for (Case given : cases) {
      Path file = folder.resolve("s.csv");
      Files.writeString(file, "a" + given.delimiter + "b\n" + given.rows);
      CsvFormat format = CsvFormat.of(given.delimiter, given.decimal, 0);
      CsvTable table =
          CsvTable.read(
              file,
              format,
              title -> new CsvTable.Said(Optional.empty(), CsvColumn.Empty.TEXT),
              100,
              CsvTable.Lines.DROPPED);
      assertThat(table.columns()).extracting(column -> text(column, 1)).containsExactly("2", "6");
    }
  }

  /** Spec T-6. */
  @Test
  void words_are_numbered_by_first_use_whatever_piece_they_are_in() throws IOException {
    StringBuilder out = new StringBuilder("w,v\n");
    Set<String> first = new LinkedHashSet<>();
    for (int row = 0; out.length() < 3 * CsvPieces.PIECE_BYTES; row++) {
      String word = "w" + (random.nextInt(3) == 0 ? row : random.nextInt(row + 1));
      if (first.size() < 500) {
        first.add(word);
      }
      out.append(word).append(",\n");
    }
    CsvTable table = read(Files.writeString(folder.resolve("w.csv"), out));
    assertThat(table.columns().get(0).words()).startsWith(first.toArray(String[]::new));
  }

  @Test
  void a_type_that_ends_in_the_last_piece_is_found_from_the_beginning() throws IOException {
    String many = "1,2,3\n".repeat(500_000);
    Path file = Files.writeString(folder.resolve("t.csv"), "a,b,c\n" + many + "0.5,x,3\n");
    CsvTable table = read(file);
    assertThat(table.columns())
        .extracting(CsvColumn::type)
        .containsExactly(ColumnType.F64, ColumnType.STRING, ColumnType.I64);
    assertThat(table.rows()).isEqualTo(500_001);
    assertThat(text(table.columns().get(0), 0)).isEqualTo("1.0");
    assertThat(text(table.columns().get(1), 500_000)).isEqualTo("x");
  }

  @Test
  void damage_is_named_with_its_line_in_any_piece() throws IOException {
    String row = "1,two words,0.25\n";
    for (int before : new int[] {0, 1999, 2000, 61_000, 200_000}) {
      String head = "a,b,c\n" + row.repeat(before);
      String after = row.repeat(70_000);
      requireRefused(head + "1,2\n" + after, before + 2, "2 fields, the header has 3");
      requireRefused(head + "1,a\"b,3\n" + after, before + 2, "a quote inside field 2");
      requireRefused(head + "1,\"ab\"c,3\n" + after, before + 2, "something follows the closing");
      requireRefused(
          head + "1,\"ab,3\n" + after, before + 2, "a quote opens here and is never closed");
    }
    requireRefused(
        "a,b,c\n" + row.repeat(70_000) + "1,\"" + row.repeat(1_000_001),
        70_002,
        "a quote opens here and is not closed within 16777216 bytes");
    requireRefused(
        "a,b,c\n" + row.repeat(70_000) + "1," + "x".repeat(17_000_000),
        70_002,
        "a line of more than 16777216 bytes");
  }

  private void requireRefused(String text, long line, String finding) throws IOException {
    Path file = Files.write(folder.resolve("d.csv"), text.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(Text.of("line %d: %s", line, finding));
  }

  @Test
  void blank_lines_in_one_column_are_missing_values_across_pieces() throws IOException {
    int blanks = CsvPieces.PIECE_BYTES + 1000;
    String text = "a\n" + "12\n".repeat(400_000) + "\n".repeat(blanks) + "13\n\n\n";
    CsvTable table = read(Files.writeString(folder.resolve("b.csv"), text));
    assertThat(table.rows()).isEqualTo(400_001 + blanks);
    assertThat(table.columns().get(0).nulls().cardinality()).isEqualTo(blanks);
    assertThat(table.lines()[400_000]).isEqualTo(400_002);
    assertThat(table.lines()[400_000 + blanks]).isEqualTo(400_002 + blanks);
  }
}
