// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.internal.ipc.Words;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.KeyTable;

/**
 * A verified record batch of the log, as views of its bytes. Valid until the next batch of the same
 * scan; rows are addressed from 0.
 */
public final class TripleBatch {
  private final KeyTable keyTable;
  private final long firstSeq;
  private final int rows;
  private final ByteBuffer tickBytes;
  private final ByteBuffer ridBytes;
  private final ByteBuffer valBytes;
  private final LongBuffer ticks;
  private final IntBuffer rids;
  private final ByteBuffer keys;
  private final int keyBytes;
  private final LongBuffer vals;
  private final ByteBuffer validity;
  private final IntBuffer textIndices;
  private final Words words;
  private long keySet;

  private TripleBatch(
      KeyTable keyTable, long firstSeq, int keyBytes, IpcMessage.Batch batch, Words words) {
    this.keyTable = keyTable;
    this.firstSeq = firstSeq;
    this.rows = batch.rows();
    this.keyBytes = keyBytes;
    this.words = words;
    this.tickBytes = column(batch, TripleLayout.TICKS, Long.BYTES);
    this.ridBytes = column(batch, TripleLayout.RIDS, Integer.BYTES);
    this.keys = column(batch, TripleLayout.KEYS, keyBytes);
    this.valBytes = column(batch, TripleLayout.VALS, Long.BYTES);
    this.ticks = tickBytes.asLongBuffer();
    this.rids = ridBytes.asIntBuffer();
    this.vals = valBytes.asLongBuffer();
    boolean strings = batch.buffers().size() > TripleLayout.TEXT_VALIDITY;
    this.validity =
        strings && batch.nulls().get(TripleLayout.TEXT_COLUMN) > 0
            ? bitmap(batch, TripleLayout.TEXT_VALIDITY)
            : null;
    this.textIndices =
        strings ? column(batch, TripleLayout.TEXTS, Integer.BYTES).asIntBuffer() : null;
  }

  /** Views a batch after checking that it is laid out and filled as spec log.md demands. */
  static TripleBatch checked(
      IpcMessage message,
      IpcMessage.Batch batch,
      SegmentFormat.Header header,
      KeyTable keys,
      Words words)
      throws DamagedFileException {
    int columns = TripleLayout.columns(header.strings());
    if (batch.nulls().size() != columns
        || batch.buffers().size() != TripleLayout.buffers(header.strings())) {
      throw message.damaged(
          Text.of("a batch of %d columns, expected %d", batch.nulls().size(), columns));
    }
    for (int i = 0; i < TripleLayout.WHOLE_COLUMNS; i++) {
      if (batch.nulls().get(i) != 0
          || batch.buffers().get(TripleLayout.validity(i)).hasRemaining()) {
        throw message.damaged(Text.of("nulls in column %d, which has none", i));
      }
    }
    long firstSeq = firstSeq(message);
    TripleBatch view;
    try {
      view = new TripleBatch(keys, firstSeq, header.keyBytes(), batch, words);
    } catch (IndexOutOfBoundsException e) {
      throw message.damaged(Text.of("a buffer is shorter than its %d rows", batch.rows()));
    }
    view.checkCodes(message);
    return view;
  }

  private static long firstSeq(IpcMessage message) throws DamagedFileException {
    String text = message.customMetadata().getOrDefault(SegmentFormat.FIRST_SEQ, "");
    if (!Digits.are20(text)) {
      throw message.damaged(Text.of("its aw.first_seq '%s' is not 20 digits", text));
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw message.damaged(Text.of("its aw.first_seq '%s' is too large", text));
    }
  }

  private void checkCodes(IpcMessage message) throws DamagedFileException {
    int known = keyTable.size();
    boolean[] hasText = new boolean[known];
    for (int code = 0; code < known; code++) {
      hasText[code] = keyTable.key(code).encoding() == KeyEncoding.CODE;
    }
    if (greatestKey() >= known || (textIndices != null && !isTextSound(hasText))) {
      nameUnsoundRow(message, hasText);
    }
  }

  private int greatestKey() {
    int greatest = 0;
    long set = 0;
    for (int row = 0; row < rows; row++) {
      int code = key(row);
      greatest = Math.max(greatest, code);
      set |= 1L << code;
    }
    keySet = set;
    return greatest;
  }

  /** The keys of its rows, see {@link BatchKeys}. */
  long keySet() {
    return keySet;
  }

  /** Whether just the rows whose keys carry words have one, and that one is in the dictionary. */
  private boolean isTextSound(boolean[] hasText) {
    int wordCount = words.count();
    boolean sound = true;
    for (int first = 0; first < rows && sound; first += 8) {
      int bits = validity == null ? 0xFF : validity.get(first >> 3);
      int last = Math.min(rows, first + 8);
      for (int row = first; row < last; row++, bits >>= 1) {
        boolean present = (bits & 1) == 1;
        sound &= present == hasText[key(row)];
        sound &= !present || Integer.compareUnsigned(textIndices.get(row), wordCount) < 0;
      }
    }
    return sound;
  }

  private void nameUnsoundRow(IpcMessage message, boolean[] hasText) throws DamagedFileException {
    int known = hasText.length;
    for (int row = 0; row < rows; row++) {
      int code = key(row);
      if (code >= known) {
        throw message.damaged(
            Text.of("row %d has key code %d, but %d keys are declared", row, code, known));
      }
      if (textIndices == null) {
        continue;
      }
      boolean present = hasWord(row);
      if (present != hasText[code]) {
        throw message.damaged(
            Text.of(
                "row %d of key '%s' has %s text",
                row, keyTable.key(code).name(), present ? "unexpected" : "no"));
      }
      if (present && Integer.compareUnsigned(textIndices.get(row), words.count()) >= 0) {
        throw message.damaged(Text.of("row %d refers to a word that is not there", row));
      }
    }
  }

  private ByteBuffer column(IpcMessage.Batch batch, int buffer, int width) {
    return batch
        .buffers()
        .get(buffer)
        .slice(0, Math.multiplyExact(rows, width))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer bitmap(IpcMessage.Batch batch, int buffer) {
    return batch.buffers().get(buffer).slice(0, (rows + 7) / 8);
  }

  /** Absolute number of the first row. */
  public long firstSeq() {
    return firstSeq;
  }

  public int rows() {
    return rows;
  }

  public long tick(int row) {
    return ticks.get(row);
  }

  /** The row id, unsigned. */
  public int rid(int row) {
    return rids.get(row);
  }

  /** The key's code. */
  public int key(int row) {
    return keyBytes == 1 ? keys.get(row) & 0xFF : keys.getChar(2 * row);
  }

  /** The value's 64 bits. */
  public long val(int row) {
    return vals.get(row);
  }

  /** The word of a row, null where its key is no string. */
  public String word(int row) {
    return hasWord(row) ? words.word(textIndices.get(row)) : null;
  }

  /** The word of a row in UTF-8, null where its key is no string. */
  public byte[] utf8(int row) {
    return hasWord(row) ? words.utf8(textIndices.get(row)) : null;
  }

  private boolean hasWord(int row) {
    return textIndices != null
        && (validity == null || (validity.get(row / 8) >> (row % 8) & 1) == 1);
  }

  /** The first row whose tick is greater than the given one. */
  public int firstRowAfter(long tick) {
    int low = 0;
    int high = rows;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ticks.get(middle) > tick) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** The row after the last commit row, 0 if there is none. */
  public int committedRows() {
    int row = rows;
    while (row > 0 && key(row - 1) != KeyTable.COMMIT) {
      row--;
    }
    return row;
  }

  /** Appends rows {@code [from, to)} to arrays. */
  public void copyTo(Triples target, int from, int to) {
    int count = to - from;
    int size = target.size();
    target.ensure(size + count);
    ticks.get(from, target.ticks(), size, count);
    rids.get(from, target.rids(), size, count);
    vals.get(from, target.vals(), size, count);
    char[] codes = target.keys();
    if (keyBytes == 2) {
      CharBuffer wide = keys.asCharBuffer();
      wide.get(from, codes, size, count);
    } else {
      byte[] narrow = new byte[count];
      keys.get(from, narrow);
      for (int i = 0; i < count; i++) {
        codes[size + i] = (char) (narrow[i] & 0xFF);
      }
    }
    target.size(size + count);
  }

  /** Adds rows {@code [from, to)} to a digest chain. */
  void digest(int from, int to, ChainDigest out) {
    int count = to - from;
    if (count == 0) {
      return;
    }
    ByteBuffer codes = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      codes.putChar(2 * i, (char) key(from + i));
    }
    out.update(
        new ChainDigest.Piece(
            tickBytes.slice(8 * from, 8 * count),
            ridBytes.slice(4 * from, 4 * count),
            codes,
            valBytes.slice(8 * from, 8 * count)),
        count);
    if (textIndices != null) {
      TextDigest text = new TextDigest();
      text.begin(count);
      for (int row = from; row < to; row++) {
        if (hasWord(row)) {
          text.put(row - from, utf8(row));
        }
      }
      out.updateText(text.bytes());
    }
  }
}
