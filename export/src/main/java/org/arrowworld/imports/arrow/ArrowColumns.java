// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.values.Budget;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/**
 * All columns of an Arrow file in memory.
 *
 * @param rows rows of each
 * @param columns in the file's order, those that are none with why
 */
public record ArrowColumns(int rows, List<ArrowColumn> columns) {

  /**
   * Reads a file.
   *
   * @param asked the type the user gave a column, by its name
   * @throws DamagedFileException if it is cut or damaged, or asks for more than its budget
   */
  public static ArrowColumns read(
      ArrowFile file, Function<String, Optional<ColumnType>> asked, Budget budget)
      throws IOException {
    try {
      return new Reader(file, budget).read(asked);
    } catch (InvalidUseException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      throw new DamagedFileException(file.path(), -1, "its Arrow metadata is malformed", e);
    }
  }

  /** One reading. */
  private static final class Reader {
    private final ArrowFile file;
    private final Budget budget;
    private final BufferCodecs codecs = new BufferCodecs();
    private final List<ColumnReader> columns = new ArrayList<>();

    Reader(ArrowFile file, Budget budget) {
      this.file = file;
      this.budget = budget;
    }

    ArrowColumns read(Function<String, Optional<ColumnType>> asked) throws IOException {
      long total = file.rows();
      if (total > Integer.MAX_VALUE - 8) {
        throw new InvalidUseException(
            Text.of(
                "Cannot import %s: it has %d rows, %d are the most of a table",
                file.path(), total, Integer.MAX_VALUE - 8));
      }
      for (ArrowField field : file.schema().fields()) {
        columns.add(new ColumnReader(file, field, asked.apply(field.name()), total, budget));
      }
      for (ArrowBlock block : file.dictionaries()) {
        take(file.message(block));
      }
      for (ArrowBlock block : file.batches()) {
        take(file.message(block));
      }
      return new ArrowColumns((int) total, columns.stream().map(ColumnReader::finish).toList());
    }

    private void take(ArrowMessage message) throws IOException {
      if (message.kind() == ArrowMessage.Kind.DICTIONARY) {
        dictionary(message);
        return;
      }
      int rows = file.rows(message);
      try (Batch batch = new Batch(file, message, codecs, budget)) {
        for (ColumnReader column : columns) {
          column.add(batch, rows);
        }
      }
    }

    private void dictionary(ArrowMessage message) throws IOException {
      int rows = file.rows(message);
      DictionaryBatch dictionary = message.dictionary();
      for (ColumnReader column : columns) {
        try (Batch batch = new Batch(file, message, codecs, budget)) {
          column.dictionary(
              new ColumnReader.Words(dictionary.id(), dictionary.isDelta(), rows), batch);
        }
      }
    }
  }
}
