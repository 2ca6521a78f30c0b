// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Log;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.schema.Values;
import org.arrowworld.store.StoreInfo;

/**
 * The committed rows of a log in log order, commit rows included, so that the digest chain can be
 * checked from them.
 *
 * <p>Columns: {@code seq} u64, {@code tick} u64, {@code rid} u32, {@code key} string, {@code
 * key_code} u16, {@code val} f64 (of 64-bit integers the bit pattern), and, in stores with strings,
 * {@code text}, null where the key is no string.
 */
public final class LogSource implements RowSource {
  static final int SEQ = 0;
  static final int TICK = 1;
  static final int RID = 2;
  static final int KEY = 3;
  static final int KEY_CODE = 4;
  static final int VAL = 5;
  static final int TEXT = 6;

  private static final List<RowColumn> COLUMNS =
      List.of(
          RowColumn.counting("seq", ColumnType.U64),
          RowColumn.counting("tick", ColumnType.U64),
          RowColumn.counting("rid", ColumnType.U32),
          RowColumn.required("key", ColumnType.STRING),
          RowColumn.required("key_code", ColumnType.U16),
          RowColumn.required("val", ColumnType.F64),
          RowColumn.optional("text", ColumnType.STRING));

  private final StoreInfo store;
  private final Log log;
  private final Span span;
  private final BitSet wanted;
  private final WordList words = new WordList();
  private final byte[][] names;
  private long firstSeq = -1;
  private long firstTick = -1;
  private long lastTick = -1;

  /** Ticks from the first to the last, both included. */
  public record Span(long first, long last) {}

  private LogSource(StoreInfo store, Log log, Span span, BitSet wanted) {
    this.store = store;
    this.log = log;
    this.span = span;
    this.wanted = wanted;
    this.names =
        log.keys().from(0).stream()
            .map(key -> key.name().getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
  }

  /** All rows of some ticks. */
  public static LogSource of(StoreInfo store, Log log, Span span) {
    return new LogSource(store, log, span, null);
  }

  /**
   * The rows of some keys only.
   *
   * @throws InvalidUseException if the store has no such key
   */
  public static LogSource of(StoreInfo store, Log log, Span span, List<String> keys) {
    BitSet codes = new BitSet();
    for (String name : keys) {
      codes.set(
          log.keys()
              .find(name)
              .orElseThrow(
                  () ->
                      new InvalidUseException(
                          Text.of(
                              "Cannot export the rows of key '%s': this store has %s",
                              name,
                              Nearest.of(
                                  name, log.keys().from(0).stream().map(Key::name).toList()))))
              .code());
    }
    return new LogSource(store, log, span, codes);
  }

  @Override
  public String name() {
    return "log";
  }

  @Override
  public List<RowColumn> columns() {
    return store.strings() ? COLUMNS : COLUMNS.subList(0, TEXT);
  }

  /** Their number if all keys are wanted, else more. */
  @Override
  public long rows() throws IOException {
    return log.positionAt(span.last()).seq() - log.positionBefore(span.first()).seq();
  }

  @Override
  public byte[] utf8(int column, int code) {
    return column == TEXT ? words.utf8(code) : names[code];
  }

  @Override
  public Optional<Integer> sortedBy() {
    return Optional.of(TICK);
  }

  @Override
  public Optional<KeyedValues> keyed() {
    return Optional.of(new KeyedValues(log.keys(), KEY_CODE, VAL));
  }

  @Override
  public List<List<Integer>> lookups() {
    return List.of(List.of(TICK), List.of(RID, TICK), List.of(KEY, TICK));
  }

  @Override
  public Map<String, String> origin() throws IOException {
    boolean scanned = firstSeq >= 0;
    return FileOrigin.of(store)
        .with("aw.view", "log")
        .between(log.positionBefore(span.first()), log.positionAt(span.last()))
        .with("aw.first_tick", Long.toString(scanned ? firstTick : span.first()))
        .with("aw.last_tick", Long.toString(scanned ? lastTick : span.last()))
        .with("aw.keys", SchemaJson.keys(log.keys().from(0)))
        .pairs();
  }

  /** The words met in a scan, by code; null where a code was not met. */
  public byte[] word(int code) {
    return words.has(code) ? words.utf8(code) : null;
  }

  /** The store the log is of. */
  public StoreInfo store() {
    return store;
  }

  /** The log. */
  public Log log() {
    return log;
  }

  /** The ticks. */
  public Span span() {
    return span;
  }

  @Override
  public void scan(Visitor visitor) throws IOException {
    Filler filler = new Filler(new BatchPair(COLUMNS, visitor));
    log.scan(span.first(), span.last(), filler);
    filler.batches.flush();
  }

  /** Fills batches from the log's. */
  private final class Filler implements Log.Visitor {
    private final BatchPair batches;
    private final Triples triples = new Triples(1 << 14);
    private final KeyTable keys = log.keys();
    private final boolean[] isText = new boolean[names.length];

    Filler(BatchPair batches) {
      this.batches = batches;
      for (int code = 0; code < isText.length; code++) {
        isText[code] = keys.key(code).encoding() == KeyEncoding.CODE;
      }
    }

    @Override
    public void visit(TripleBatch batch, int from, int to) throws IOException {
      if (firstSeq < 0) {
        firstSeq = batch.firstSeq() + from;
        firstTick = batch.tick(from);
      }
      lastTick = batch.tick(to - 1);
      int at = from;
      while (at < to) {
        int end = wanted == null ? to : runEnd(batch, at, to);
        if (wanted == null || wanted.get(batch.key(at))) {
          RowBatch target = batches.filling();
          end = Math.min(end, at + target.room());
          add(batch, at, end, target);
        }
        at = end;
      }
    }

    /** The end of the run of rows that are all wanted, or all not. */
    private int runEnd(TripleBatch batch, int from, int to) {
      boolean isWanted = wanted.get(batch.key(from));
      int end = from + 1;
      while (end < to && wanted.get(batch.key(end)) == isWanted) {
        end++;
      }
      return end;
    }

    private void add(TripleBatch batch, int from, int to, RowBatch target) {
      int count = to - from;
      int row = target.rows();
      triples.clear();
      batch.copyTo(triples, from, to);
      slice(target, TICK, row).asLongBuffer().put(triples.ticks(), 0, count);
      slice(target, VAL, row).asLongBuffer().put(triples.vals(), 0, count);
      slice(target, RID, row).asIntBuffer().put(triples.rids(), 0, count);
      slice(target, KEY_CODE, row).asCharBuffer().put(triples.keys(), 0, count);
      ByteBuffer seqs = target.bytes(SEQ);
      ByteBuffer codes = target.bytes(KEY);
      ByteBuffer texts = target.bytes(TEXT);
      char[] keyCodes = triples.keys();
      for (int i = 0; i < count; i++, row++) {
        int key = keyCodes[i];
        seqs.putLong(8 * row, batch.firstSeq() + from + i);
        codes.putInt(4 * row, key);
        if (isText[key]) {
          texts.putInt(4 * row, text(batch, from + i));
        } else {
          texts.putInt(4 * row, RowBatch.NULL_CODE);
          target.setNull(TEXT, row);
        }
      }
      target.rows(row);
    }

    private ByteBuffer slice(RowBatch target, int column, int row) {
      ByteBuffer bytes = target.bytes(column);
      int at = row * COLUMNS.get(column).type().widthBytes();
      return bytes.slice(at, bytes.capacity() - at).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The code of a row's word, which is learned if it is new. */
    private int text(TripleBatch batch, int row) {
      int code = (int) Values.toInteger(batch.val(row));
      if (!words.has(code)) {
        words.add(code, batch.word(row));
      }
      return code;
    }
  }
}
