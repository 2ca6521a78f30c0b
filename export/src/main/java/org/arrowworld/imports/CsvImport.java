package org.arrowworld.imports;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;

/**
 * Tables as comma-separated text (RFC 4180, UTF-8, one header line), made stores (spec T-10 to
 * T-13). The file is read twice: for the types, and for the values.
 */
public final class CsvImport {
  /** The longest field, and the longest record, in characters. */
  static final int MAX_CHARS = 1 << 24;

  private final String file;
  private final Path path;
  private final ColumnMapping mapping;

  private CsvImport(Path path, ColumnMapping mapping) {
    this.file = path.toString();
    this.path = path;
    this.mapping = mapping;
  }

  /**
   * Imports a file. If it fails, no store is left behind.
   *
   * @throws DamagedFileException naming the line that is malformed
   */
  public static TableImportResult run(TableImportOptions options, BufferAllocator allocator)
      throws IOException {
    return ImportMemory.guard(options.source(), () -> read(options, allocator));
  }

  private static TableImportResult read(TableImportOptions options, BufferAllocator allocator)
      throws IOException {
    OutputDirectory.check(options.out(), options.existing());
    CsvImport csv = new CsvImport(options.source(), options.columns());
    ForeignTable table = csv.read(options.tableName());
    BaseStore.Found found = new BaseStore.Found("csv", 0, 1, List.of(table));
    return BaseStore.write(
        options, found, new Findings(), (names, store) -> csv.keep(store), allocator);
  }

  private void keep(org.arrowworld.storage.Storage store) throws IOException {
    Path absolute = AbsolutePath.of(path);
    BaseStore.keepFile(
        new DiskStorage(absolute.getParent()), absolute.getFileName().toString(), store);
  }

  private ForeignTable read(String name) throws IOException {
    List<CsvColumn> columns = new ArrayList<>();
    int[] rows = new int[1];
    scan(
        header -> header.forEach(title -> columns.add(column(title))),
        (fields, line) -> {
          for (int i = 0; i < fields.size(); i++) {
            columns.get(i).look(fields.get(i));
          }
          if (++rows[0] == Integer.MAX_VALUE - 8) {
            throw new DamagedFileException(file, -1, "it has more rows than a table holds");
          }
        });
    columns.forEach(column -> column.allocate(rows[0]));
    scan(
        header -> {},
        (fields, line) -> {
          for (int i = 0; i < fields.size(); i++) {
            try {
              columns.get(i).add(fields.get(i));
            } catch (InvalidUseException e) {
              throw malformed(line, e.getMessage(), e);
            }
          }
        });
    List<ForeignColumn> read = new ArrayList<>();
    for (CsvColumn column : columns) {
      if (column.rows() != rows[0]) {
        throw new DamagedFileException(file, -1, "it changed while it was read");
      }
      read.add(column.column());
    }
    return new ForeignTable(name, rows[0], read);
  }

  private CsvColumn column(String title) {
    Optional<ColumnMapping.Entry> entry = mapping.of(title);
    Optional<ColumnType> type = entry.flatMap(ColumnMapping.Entry::type);
    boolean empties = entry.flatMap(ColumnMapping.Entry::nullValue).isPresent();
    return new CsvColumn(title, type, empties ? CsvColumn.Empty.NULL : CsvColumn.Empty.TEXT);
  }

  private interface Header {
    void accept(List<String> titles) throws IOException;
  }

  private interface Row {
    void accept(List<String> fields, long line) throws IOException;
  }

  private void scan(Header header, Row row) throws IOException {
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CsvRecordHandler handler =
        CsvRecordHandler.builder()
            .maxFields(MappedTable.MAX_COLUMNS)
            .maxFieldSize(MAX_CHARS)
            .maxRecordSize(MAX_CHARS)
            .build();
    long line = 1;
    try (var in = java.nio.file.Files.newInputStream(path);
        CsvReader<CsvRecord> reader =
            CsvReader.builder()
                .skipEmptyLines(false)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .maxBufferSize(MAX_CHARS)
                .build(handler, new InputStreamReader(new ByteOrderMark(in), decoder))) {
      Iterator<CsvRecord> records = reader.iterator();
      if (!records.hasNext()) {
        throw new DamagedFileException(file, -1, "line 1: there is no header");
      }
      List<String> titles = records.next().getFields();
      checkTitles(titles);
      header.accept(titles);
      while (records.hasNext()) {
        CsvRecord record = records.next();
        line = record.getStartingLineNumber();
        if (record.getFieldCount() != titles.size()) {
          throw malformed(
              line,
              Text.of("%d fields, the header has %d", record.getFieldCount(), titles.size()),
              null);
        }
        row.accept(record.getFields(), line);
      }
    } catch (CsvParseException e) {
      throw unreadable(e, line);
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof CharacterCodingException ? unreadable(e, line) : e.getCause();
    } catch (CharacterCodingException e) {
      throw unreadable(e, line);
    }
  }

  private DamagedFileException unreadable(Exception e, long line) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String why = cause instanceof CharacterCodingException ? "it is not UTF-8" : cause.getMessage();
    return new DamagedFileException(file, -1, Text.of("behind line %d: %s", line, why), e);
  }

  private DamagedFileException malformed(long line, String finding, Exception cause) {
    return new DamagedFileException(file, -1, Text.of("line %d: %s", line, finding), cause);
  }

  private void checkTitles(List<String> titles) throws DamagedFileException {
    Set<String> seen = new HashSet<>();
    for (String title : titles) {
      if (!seen.add(title)) {
        throw malformed(1, Text.of("two columns are called '%s'", title), null);
      }
    }
  }
}
