package org.arrowworld.export.parquet;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.export.parquet.ParquetColumn.Nulls;
import org.arrowworld.export.parquet.ParquetColumn.Preference;
import org.arrowworld.log.Log;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.storage.Storage;
import org.arrowworld.timeline.Timeline;

/**
 * Writes a store's log as a Parquet file in log order, streaming: one row per committed triple,
 * commit rows included, so that the digest chain can be checked from the file alone. Published
 * atomically. Instances hold no resources.
 *
 * <p>Columns: {@code seq} u64, {@code tick} u64, {@code rid} u32, {@code key} string, {@code
 * key_code} u16, {@code val} f64 (of 64-bit integers the bit pattern), and, in stores with strings,
 * {@code text}, null where the key is no string.
 */
public final class ParquetLogWriter {
  private static final int TICK = 1;
  private static final List<ParquetColumn> COLUMNS =
      List.of(
          column("seq", ColumnType.U64, 1, Preference.DELTA),
          column("tick", ColumnType.U64, 2, Preference.DELTA),
          column("rid", ColumnType.U32, 3, Preference.DELTA),
          column("key", ColumnType.STRING, 4, Preference.BY_VALUES),
          column("key_code", ColumnType.U16, 5, Preference.BY_VALUES),
          column("val", ColumnType.F64, 6, Preference.BY_VALUES),
          new ParquetColumn("text", ColumnType.STRING, 7, Nulls.OPTIONAL, Preference.BY_VALUES));

  private final Storage storage;
  private final ParquetOptions options;

  /** A writer into a storage, which stays the caller's. */
  public ParquetLogWriter(Storage storage, ParquetOptions options) {
    this.storage = storage;
    this.options = options;
  }

  private static ParquetColumn column(
      String name, ColumnType type, int fieldId, Preference preference) {
    return new ParquetColumn(name, type, fieldId, Nulls.REQUIRED, preference);
  }

  /**
   * Writes the rows of ticks {@code first} to {@code last}, both included.
   *
   * @param path the file; one that exists is replaced when the new one is complete
   * @return rows and bytes written
   */
  public ParquetFileInfo write(String path, Timeline history, long first, long last)
      throws IOException {
    List<ParquetColumn> columns =
        history.info().strings() ? COLUMNS : COLUMNS.subList(0, COLUMNS.size() - 1);
    try (FileWriter file =
        new FileWriter(new FileWriter.Target(storage, path), columns, Optional.of(TICK), options)) {
      Rows rows = new Rows(file, history.log(), columns.size());
      history.log().scan(first, last, rows);
      rows.flush();
      return file.commit(footer(history, rows));
    }
  }

  private static Map<String, String> footer(Timeline history, Rows rows) {
    return ParquetFooter.of(history.info())
        .with("aw.view", "log")
        .with("aw.first_seq", "%020d".formatted(Math.max(rows.firstSeq, 0)))
        .with("aw.first_tick", Long.toString(rows.firstTick))
        .with("aw.last_tick", Long.toString(rows.lastTick))
        .with("aw.keys", SchemaJson.keys(history.log().keys().from(0)))
        .pairs();
  }

  /** Gathers batches into row groups; two sets of columns take turns. */
  private static final class Rows implements Log.Visitor {
    private final FileWriter file;
    private final int columns;
    private LogRows filling;
    private LogRows resting;
    private long firstSeq = -1;
    private long firstTick = -1;
    private long lastTick = -1;

    Rows(FileWriter file, Log log, int columns) {
      WordList words = new WordList();
      this.file = file;
      this.columns = columns;
      this.filling = new LogRows(log.keys(), words);
      this.resting = new LogRows(log.keys(), words);
    }

    @Override
    public void visit(TripleBatch batch, int from, int to) throws IOException {
      if (firstSeq < 0) {
        firstSeq = batch.firstSeq() + from;
        firstTick = batch.tick(from);
      }
      lastTick = batch.tick(to - 1);
      for (int at = from; at < to; ) {
        int end = at + Math.min(to - at, filling.room());
        filling.add(batch, at, end);
        at = end;
        if (filling.room() == 0) {
          flush();
        }
      }
    }

    void flush() throws IOException {
      if (filling.rows() == 0) {
        return;
      }
      file.rowGroup(filling.columns().subList(0, columns));
      LogRows done = resting;
      resting = filling;
      filling = done;
      filling.clear();
    }
  }
}
