// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.Closeable;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.export.parquet.InputColumn;
import org.arrowworld.export.parquet.ParquetCursor;
import org.arrowworld.export.parquet.ParquetInput;
import org.arrowworld.export.rows.FileOrigin;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.log.LogPosition;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.storage.Storage;

/** The files of an archive's log, read row by row (spec T-42, T-43). */
final class ArchivedLog {
  private static final Set<ColumnType> LONGS = Set.of(ColumnType.U64, ColumnType.I64);
  private static final Set<ColumnType> IDS = Set.of(ColumnType.U32, ColumnType.I64);
  private static final Set<ColumnType> CODES = Set.of(ColumnType.U16, ColumnType.I32);
  private static final Set<ColumnType> PATTERNS = Set.of(ColumnType.F64);

  /** What a row of a tick that is not committed yet takes; claimed by the million. */
  private static final long OPEN_ROW_BYTES = 24;

  private static final int CLAIMED_ROWS = 1 << 20;

  private final Storage archive;
  private final String source;
  private final List<String> files;

  ArchivedLog(Storage archive, String source, List<String> files) {
    this.archive = archive;
    this.source = source;
    this.files = List.copyOf(files);
  }

  /** A file's footer says what its entry in the manifest does (spec T-46). */
  void checkEnds(String file, JsonObject entry) throws IOException {
    try (ParquetInput input = ParquetInput.open(archive, file)) {
      Map<String, String> footer = input.keyValues();
      same(entry, "first_seq", hex(footer.get(FileOrigin.FIRST_SEQ)));
      same(entry, "end_seq", hex(footer.get(FileOrigin.END_SEQ)));
      same(entry, "prev_chain", footer.get(FileOrigin.PREV_CHAIN));
      same(entry, "last_chain", footer.get(FileOrigin.LAST_CHAIN));
    }
  }

  private static String hex(String digits) {
    return digits == null || !digits.matches("[0-9]{20}")
        ? digits
        : Text.of("%016x", new BigInteger(digits));
  }

  private static void same(JsonObject entry, String member, String footer) throws IOException {
    if (!entry.string(member).equals(footer)) {
      throw entry.wrong(member, "that of the file's footer, " + footer, entry.string(member));
    }
  }

  /** The first row's seq, if there are rows. */
  Optional<Long> firstSeq() throws IOException {
    for (String file : files) {
      try (ParquetInput input = ParquetInput.open(archive, file)) {
        ParquetCursor seq = column(input, "seq", LONGS);
        if (seq.next()) {
          return Optional.of(bits(input, "seq", seq));
        }
      }
    }
    return Optional.empty();
  }

  /** Every key of the log: those of the file that knows most; the others know its first ones. */
  List<Key> keys() throws IOException {
    List<Key> all = List.of();
    for (String file : files) {
      List<Key> keys;
      try (ParquetInput input = ParquetInput.open(archive, file)) {
        Map<String, String> footer = input.keyValues();
        if (!footer.containsKey("aw.keys")) {
          throw new DamagedFileException(file, -1, "its footer has no aw.keys");
        }
        keys = SchemaJson.keys(file, footer.get("aw.keys"));
      }
      int shared = Math.min(keys.size(), all.size());
      if (!keys.subList(0, shared).equals(all.subList(0, shared))) {
        throw new DamagedFileException(file, -1, "its keys are not those of the files before it");
      }
      all = keys.size() > all.size() ? keys : all;
    }
    return all;
  }

  private static ParquetCursor column(ParquetInput input, String name, Set<ColumnType> types)
      throws IOException {
    InputColumn column = input.column(name);
    if (column.type().isEmpty() || !types.contains(column.type().get())) {
      throw new DamagedFileException(
          input.path(),
          -1,
          Text.of(
              "column '%s' is %s, expected %s",
              name, column.type().map(ColumnType::label).orElse(column.foreign()), types));
    }
    return input.cursor(column);
  }

  private static long bits(ParquetInput input, String name, ParquetCursor cursor)
      throws IOException {
    if (cursor.isNull()) {
      throw new DamagedFileException(
          input.path(), -1, Text.of("column '%s' has a row without a value", name));
    }
    return cursor.bits();
  }

  /**
   * Adds every row, in order.
   *
   * @return where the rows end; its chain is what the last commit row says
   */
  LogPosition writeTo(LogRebuild log) throws IOException {
    Rows rows = new Rows(log);
    for (String file : files) {
      try (ParquetInput input = ParquetInput.open(archive, file)) {
        rows.begin(input);
        rows.add(input);
        rows.finish(input);
      }
    }
    return rows.end;
  }

  /** Where rows are while they are added. */
  private static final class Rows {
    private final LogRebuild log;
    private long seq;
    private long open;
    private LogPosition end = LogPosition.START;

    Rows(LogRebuild log) {
      this.log = log;
    }

    /** A file continues the one before it (spec T-46). */
    void begin(ParquetInput input) throws IOException {
      check(input, FileOrigin.FIRST_SEQ, Text.of("%020d", seq));
      check(input, FileOrigin.PREV_CHAIN, Text.of("%016x", end.chain()));
    }

    void finish(ParquetInput input) throws IOException {
      check(input, FileOrigin.END_SEQ, Text.of("%020d", seq));
      check(input, FileOrigin.LAST_CHAIN, Text.of("%016x", end.chain()));
    }

    private static void check(ParquetInput input, String key, String expected) throws IOException {
      String found = input.keyValues().get(key);
      if (!expected.equals(found)) {
        throw new DamagedFileException(
            input.path(),
            -1,
            Text.of(
                "its footer has %s %s, the log has %s there: it is of another history; export anew",
                key, found, expected));
      }
    }

    void add(ParquetInput input) throws IOException {
      input.claim(saturated(input.rows(), Long.BYTES));
      ParquetCursor seqs = column(input, "seq", LONGS);
      ParquetCursor ticks = column(input, "tick", LONGS);
      ParquetCursor rids = column(input, "rid", IDS);
      ParquetCursor codes = column(input, "key_code", CODES);
      ParquetCursor vals = column(input, "val", PATTERNS);
      boolean strings = input.columns().stream().anyMatch(c -> c.name().equals("text"));
      ParquetCursor texts = strings ? column(input, "text", Set.of(ColumnType.STRING)) : null;
      for (long row = 0; row < input.rows(); row++) {
        boolean more = seqs.next() && ticks.next() && rids.next() && codes.next() && vals.next();
        if (!more || (strings && !texts.next())) {
          throw new DamagedFileException(input.path(), -1, "its columns end at row " + row);
        }
        long found = bits(input, "seq", seqs);
        if (found != seq) {
          throw new DamagedFileException(
              input.path(),
              -1,
              Text.of(
                  "row %d has seq %s, expected %d: rows are missing; export the whole log, with all keys",
                  row, Long.toUnsignedString(found), seq));
        }
        int rid = (int) within(input, "rid", bits(input, "rid", rids), 0xFFFF_FFFFL);
        int key = (int) within(input, "key_code", bits(input, "key_code", codes), 0xFFFF);
        long tick = bits(input, "tick", ticks);
        long val = bits(input, "val", vals);
        log.add(tick, rid, key, val, strings && !texts.isNull() ? texts.text() : null);
        seq++;
        count(input, key);
        if (key == KeyTable.COMMIT) {
          end = new LogPosition(tick, seq, val);
        }
      }
    }

    private void count(ParquetInput input, int key) throws IOException {
      open = key == KeyTable.COMMIT ? 0 : open + 1;
      if (open > 0 && open % CLAIMED_ROWS == 0) {
        // More than all of it at once: what was claimed before is still held.
        input.claim(OPEN_ROW_BYTES * open);
        input.release(OPEN_ROW_BYTES * open);
      }
    }

    private static long within(ParquetInput input, String name, long value, long greatest)
        throws IOException {
      if (value < 0 || value > greatest) {
        throw new DamagedFileException(
            input.path(), -1, Text.of("column '%s' has the value %d", name, value));
      }
      return value;
    }

    private static long saturated(long rows, int bytes) {
      return rows > Long.MAX_VALUE / bytes ? Long.MAX_VALUE : rows * bytes;
    }
  }

  /** The rows' {@code val} once more, for rows asked for in ascending order. */
  Vals vals() {
    return new Vals();
  }

  /** The {@code val} column from front to back. */
  final class Vals implements LogRebuild.Archived, Closeable {
    private final Iterator<String> rest = files.iterator();
    private ParquetInput input;
    private ParquetCursor vals;
    private long at = -1;

    @Override
    public long val(long row) throws IOException {
      while (at < row) {
        if (vals != null && vals.next()) {
          at++;
        } else if (rest.hasNext()) {
          close();
          input = ParquetInput.open(archive, rest.next());
          vals = column(input, "val", PATTERNS);
        } else {
          throw new DamagedFileException(source, -1, "its rows end at seq " + at);
        }
      }
      return bits(input, "val", vals);
    }

    @Override
    public void close() throws IOException {
      if (input != null) {
        input.close();
        input = null;
      }
    }
  }
}
