package org.arrowworld.export.parquet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntFunction;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;

/** The log's columns of one row group, filled from batches. One thread at a time. */
final class LogRows {
  private static final int CAPACITY = ParquetOptions.ROW_GROUP_ROWS;

  private final KeyTable keys;
  private final WordList words;
  private final ByteBuffer seqs = memory(Long.BYTES);
  private final ByteBuffer ticks = memory(Long.BYTES);
  private final ByteBuffer rids = memory(Integer.BYTES);
  private final ByteBuffer keyCodes = memory(Character.BYTES);
  private final ByteBuffer keyWords = memory(Integer.BYTES);
  private final ByteBuffer vals = memory(Long.BYTES);
  private final ByteBuffer texts = memory(Integer.BYTES);
  private final Triples triples = new Triples(1 << 14);
  private final IntFunction<byte[]> keyName;
  private int rows;

  /**
   * Empty columns.
   *
   * @param words receives the words that rows carry
   */
  LogRows(KeyTable keys, WordList words) {
    this.keys = keys;
    this.words = words;
    this.keyName = code -> keys.key(code).name().getBytes(StandardCharsets.UTF_8);
  }

  private static ByteBuffer memory(int width) {
    return ByteBuffer.allocateDirect(CAPACITY * width).order(ByteOrder.LITTLE_ENDIAN);
  }

  int rows() {
    return rows;
  }

  int room() {
    return CAPACITY - rows;
  }

  void clear() {
    rows = 0;
  }

  /** Appends rows {@code [from, to)} of a batch; there must be {@link #room}. */
  void add(TripleBatch batch, int from, int to) {
    int count = to - from;
    triples.clear();
    batch.copyTo(triples, from, to);
    ticks
        .slice(8 * rows, 8 * count)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .put(triples.ticks(), 0, count);
    vals.slice(8 * rows, 8 * count)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .put(triples.vals(), 0, count);
    rids.slice(4 * rows, 4 * count)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer()
        .put(triples.rids(), 0, count);
    keyCodes
        .slice(2 * rows, 2 * count)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asCharBuffer()
        .put(triples.keys(), 0, count);
    char[] codes = triples.keys();
    for (int i = 0; i < count; i++) {
      int row = rows + i;
      int key = codes[i];
      seqs.putLong(8 * row, batch.firstSeq() + from + i);
      keyWords.putInt(4 * row, key);
      texts.putInt(4 * row, isText(key) ? text(batch, from + i) : ParquetColumn.NULL_CODE);
    }
    rows += count;
  }

  private boolean isText(int key) {
    return keys.key(key).encoding() == KeyEncoding.CODE;
  }

  /** The code of a row's word, which is learned if it is new. */
  private int text(TripleBatch batch, int row) {
    int code = (int) Values.toInteger(batch.val(row));
    if (!words.has(code)) {
      words.add(code, batch.word(row));
    }
    return code;
  }

  /** What {@link ParquetLogWriter} declares: seq, tick, rid, key, key_code, val, text. */
  List<ChunkEncoder.Values> columns() {
    return List.of(
        new ChunkEncoder.Values(seqs, rows, keyName),
        new ChunkEncoder.Values(ticks, rows, keyName),
        new ChunkEncoder.Values(rids, rows, keyName),
        new ChunkEncoder.Values(keyWords, rows, keyName),
        new ChunkEncoder.Values(keyCodes, rows, keyName),
        new ChunkEncoder.Values(vals, rows, keyName),
        new ChunkEncoder.Values(texts, rows, words::utf8));
  }
}
