// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.parquet.InputColumn;
import org.arrowworld.export.parquet.ParquetCursor;
import org.arrowworld.export.parquet.ParquetInput;
import org.arrowworld.export.parquet.StoredColumn;
import org.arrowworld.export.rows.SignedRows;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.IdPolicy;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.TableColumns;

/** The tables and the codebook of an archive (spec T-44). */
final class ArchivedWorld {
  private final Storage archive;
  private final String source;
  private final WorldSchema schema;

  ArchivedWorld(Storage archive, String source, WorldSchema schema) {
    this.archive = archive;
    this.source = source;
    this.schema =
        new WorldSchema(
            schema.version(),
            schema.tables().stream().map(ArchivedWorld::external).toList(),
            schema.inputs());
  }

  /** Which ids were free is not in an archive: ids are external from now on. */
  private static TableSchema external(TableSchema table) {
    return table.kind() != TableKind.ROW
        ? table
        : new TableSchema(
            table.name(),
            table.kind(),
            table.of(),
            IdPolicy.EXTERNAL,
            table.hasGenerations(),
            table.removal(),
            table.lineage(),
            table.columns(),
            table.events());
  }

  /** The schema, its ids external. */
  WorldSchema schema() {
    return schema;
  }

  /**
   * Reads the world, which the caller closes.
   *
   * @param codebook the file of words
   * @param files the file of each table
   */
  MutableWorld read(
      Optional<String> codebook, Map<String, String> files, long tick, BufferAllocator allocator)
      throws IOException {
    MutableCodebook words = codebook.isPresent() ? words(codebook.get()) : new MutableCodebook();
    MutableWorld world = new MutableWorld(schema, words, allocator);
    try {
      for (MutableTable table : world.tables()) {
        String file = files.get(table.name());
        if (file == null) {
          throw new DamagedFileException(
              source, -1, Text.of("it has no file of table '%s'", table.name()));
        }
        restore(table, file, words);
      }
      world.settle(tick);
      return world;
    } catch (IOException | RuntimeException | Error e) {
      world.close();
      throw e;
    }
  }

  private MutableCodebook words(String file) throws IOException {
    MutableCodebook words = new MutableCodebook();
    try (ParquetInput input = ParquetInput.open(archive, file)) {
      ForeignColumn codes = ParquetColumns.read(input, typed(input, "code", ColumnType.U32));
      ForeignColumn texts = ParquetColumns.read(input, typed(input, "word", ColumnType.STRING));
      boolean signed = codes.type() == ColumnType.I64;
      for (int row = 0; row < ParquetColumns.rows(input); row++) {
        long code = signed ? codes.data().getLong(8 * row) : codes.data().getInt(4 * row);
        if (code != row || texts.nulls().get(row)) {
          throw new DamagedFileException(
              file, -1, Text.of("row %d is the word of code %d", row, code));
        }
        words.learn(row, texts.words().get(texts.data().getInt(4 * row)));
      }
    } catch (InvalidUseException e) {
      throw new DamagedFileException(file, -1, e.getMessage(), e);
    }
    return words;
  }

  private void restore(MutableTable table, String file, MutableCodebook words) throws IOException {
    try (ParquetInput input = ParquetInput.open(archive, file)) {
      table.restore(new FileTable(table, input, words), 0, new int[0], new int[0]);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (InvalidUseException e) {
      throw new DamagedFileException(file, -1, e.getMessage(), e);
    }
  }

  /** A column of a type, or of the one that stands for it in files without unsigned types. */
  private static InputColumn typed(ParquetInput input, String name, ColumnType type)
      throws IOException {
    InputColumn column = input.column(name);
    ColumnType found = column.type().orElse(null);
    boolean signed = "true".equals(input.keyValues().get("aw.signed"));
    ColumnType expected = signed ? SignedRows.signed(type) : type;
    if (found != expected) {
      throw new DamagedFileException(
          input.path(),
          -1,
          Text.of(
              "column '%s' is %s, expected %s",
              name, found == null ? column.foreign() : found.label(), expected.label()));
    }
    return column;
  }

  /** A file's columns as a table's; each is decoded when it is asked for. */
  private record FileTable(MutableTable table, ParquetInput input, MutableCodebook words)
      implements TableColumns {

    @Override
    public String name() {
      return table.name();
    }

    @Override
    public int rows() {
      try {
        return ParquetColumns.rows(input);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public List<Column> columns() {
      return table.columns();
    }

    @Override
    public ByteBuffer bytes(Column column) {
      try {
        return read(column);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private ByteBuffer read(Column column) throws IOException {
      int rows = rows();
      ColumnType type = column.type();
      ParquetCursor cursor = input.cursor(typed(input, column.name(), type));
      input.claim((long) rows * type.widthBytes());
      ByteBuffer data = Conversion.allocate(column.name(), type, rows);
      for (int row = 0; row < rows; row++) {
        if (!cursor.next() || cursor.isNull()) {
          throw new DamagedFileException(
              input.path(), -1, Text.of("column '%s' has no value in row %d", column.name(), row));
        }
        long bits = type == ColumnType.STRING ? code(column, row, cursor.text()) : cursor.bits();
        if (!fits(type, bits)) {
          throw new DamagedFileException(
              input.path(),
              -1,
              Text.of(
                  "column '%s' has %d in row %d, which %s cannot hold",
                  column.name(), bits, row, type.label()));
        }
        StoredColumn.put(type, data, row, bits);
      }
      return data.order(ByteOrder.LITTLE_ENDIAN);
    }

    private static boolean fits(ColumnType type, long bits) {
      return switch (type) {
        case U8 -> bits >= 0 && bits <= 0xFF;
        case U16 -> bits >= 0 && bits <= 0xFFFF;
        case U32 -> bits >= 0 && bits <= 0xFFFF_FFFFL;
        default -> true;
      };
    }

    private long code(Column column, int row, String word) throws DamagedFileException {
      int code = words.find(word);
      if (code < 0) {
        throw new DamagedFileException(
            input.path(),
            -1,
            Text.of(
                "column '%s' has a word in row %d that is not in the codebook",
                column.name(), row));
      }
      return code;
    }
  }
}
