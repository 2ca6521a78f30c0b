package org.arrowworld.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.arrowworld.internal.ipc.BodyLayout;
import org.arrowworld.internal.ipc.Scratch;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;

/**
 * Turns rows into the body of a record batch, and finds the words they carry. Used by one thread;
 * what it returns is valid until its next use.
 */
final class BatchEncoder {
  /** The words of store-wide codes. */
  interface WordLookup {
    byte[] utf8(int code);
  }

  private final KeyTable keys;
  private final WordLookup words;
  private final boolean strings;
  private final int alignmentBytes;
  private boolean[] carriesText = new boolean[0];

  /** Per row: the file-local word index, -1 without one. */
  private int[] textIndex = new int[0];

  /** Per store-wide code: its file-local index + 1, 0 if not met. */
  private int[] localOf = new int[64];

  private final List<byte[]> local = new ArrayList<>();
  private final List<Integer> localCodes = new ArrayList<>();
  private final Scratch textScratch = new Scratch();
  private final Scratch keyScratch = new Scratch();
  private int nullTexts;

  BatchEncoder(KeyTable keys, WordLookup words, boolean strings, int alignmentBytes) {
    this.keys = keys;
    this.words = words;
    this.strings = strings;
    this.alignmentBytes = alignmentBytes;
  }

  /** Forgets the words met so far, so that the next batch begins a dictionary of its own. */
  void newDictionary() {
    for (int code : localCodes) {
      localOf[code] = 0;
    }
    localCodes.clear();
    local.clear();
  }

  /** The file-local dictionary: the words met since {@link #newDictionary}, by index. */
  List<byte[]> dictionary() {
    return local;
  }

  /** Finds the words of rows {@code [from, to)}; must precede the other steps. */
  void scan(Triples rows, int from, int to) {
    int count = to - from;
    nullTexts = count;
    if (!strings) {
      return;
    }
    if (textIndex.length < count) {
      textIndex = new int[Math.max(count, rows.capacity())];
    }
    learnKeys();
    char[] codes = rows.keys();
    for (int i = 0; i < count; i++) {
      textIndex[i] = -1;
      if (carriesText[codes[from + i]]) {
        textIndex[i] = localIndex((int) Values.toInteger(rows.vals()[from + i]));
        nullTexts--;
      }
    }
  }

  private void learnKeys() {
    int known = carriesText.length;
    if (known < keys.size()) {
      carriesText = Arrays.copyOf(carriesText, keys.size());
      for (int code = known; code < carriesText.length; code++) {
        carriesText[code] = keys.key(code).encoding() == KeyEncoding.CODE;
      }
    }
  }

  private int localIndex(int code) {
    if (code >= localOf.length) {
      localOf = Arrays.copyOf(localOf, Math.max(code + 1, localOf.length * 2));
    }
    if (localOf[code] == 0) {
      local.add(words.utf8(code));
      localCodes.add(code);
      localOf[code] = local.size();
    }
    return localOf[code] - 1;
  }

  /** Whether any scanned row has text. */
  boolean hasText(int rowCount) {
    return nullTexts < rowCount;
  }

  /** The layout of a batch of the scanned rows. */
  BodyLayout layout(int rowCount, int keyBytes) {
    BodyLayout layout = new BodyLayout(rowCount, alignmentBytes);
    layout.column(rowCount, Long.BYTES);
    layout.column(rowCount, Integer.BYTES);
    layout.column(rowCount, keyBytes);
    layout.column(rowCount, Long.BYTES);
    if (strings) {
      layout.node(rowCount, nullTexts);
      layout.buffer(nullTexts == 0 ? 0 : (rowCount + 7) / 8);
      layout.buffer((long) rowCount * Integer.BYTES);
    }
    return layout;
  }

  /** Fills a body with the scanned rows {@code [from, to)}. */
  void fill(Triples rows, int from, int to, BodyLayout layout, int keyBytes, ByteBuffer body) {
    int count = to - from;
    layout.zeroPadding(body);
    at(body, layout, 1).asLongBuffer().put(rows.ticks(), from, count);
    at(body, layout, 3).asIntBuffer().put(rows.rids(), from, count);
    ByteBuffer codes = at(body, layout, 5);
    if (keyBytes == 2) {
      codes.asCharBuffer().put(rows.keys(), from, count);
    } else {
      char[] source = rows.keys();
      for (int i = 0; i < count; i++) {
        codes.put(i, (byte) source[from + i]);
      }
    }
    at(body, layout, 7).asLongBuffer().put(rows.vals(), from, count);
    if (strings) {
      fillText(count, layout, body);
    }
  }

  private void fillText(int count, BodyLayout layout, ByteBuffer body) {
    ByteBuffer indices = at(body, layout, 9);
    for (int i = 0; i < count; i++) {
      indices.putInt(4 * i, Math.max(textIndex[i], 0));
    }
    if (nullTexts > 0) {
      ByteBuffer validity = at(body, layout, 8);
      for (int first = 0; first < count; first += 8) {
        int bits = 0;
        for (int i = first; i < Math.min(first + 8, count); i++) {
          bits |= textIndex[i] >= 0 ? 1 << (i - first) : 0;
        }
        validity.put(first / 8, (byte) bits);
      }
    }
  }

  private static ByteBuffer at(ByteBuffer body, BodyLayout layout, int buffer) {
    return body.slice((int) layout.bufferOffset(buffer), (int) layout.bufferLength(buffer))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Adds rows of a filled body to the digest chain.
   *
   * @param rows the rows that were scanned from row {@code base} on
   * @param from first row, absolute in {@code rows}
   * @param to row after the last
   */
  void digest(
      Triples rows,
      int base,
      int from,
      int to,
      BodyLayout layout,
      ByteBuffer body,
      ChainDigest out) {
    int count = to - from;
    if (count == 0) {
      return;
    }
    ByteBuffer codes = keyScratch.take(2 * count);
    codes.asCharBuffer().put(rows.keys(), from, count);
    int row = from - base;
    out.update(
        new ChainDigest.Piece(
            part(body, layout, 1, row, count, Long.BYTES),
            part(body, layout, 3, row, count, Integer.BYTES),
            codes,
            part(body, layout, 7, row, count, Long.BYTES)),
        count);
    if (strings) {
      digestText(row, row + count, out);
    }
  }

  private static ByteBuffer part(
      ByteBuffer body, BodyLayout layout, int buffer, int row, int count, int width) {
    return body.slice((int) layout.bufferOffset(buffer) + row * width, count * width);
  }

  private void digestText(int from, int to, ChainDigest out) {
    int bytes = 4 * (to - from);
    for (int i = from; i < to; i++) {
      bytes += textIndex[i] < 0 ? 0 : local.get(textIndex[i]).length;
    }
    ByteBuffer text = textScratch.take(bytes);
    for (int i = from; i < to; i++) {
      if (textIndex[i] < 0) {
        text.putInt(-1);
      } else {
        byte[] word = local.get(textIndex[i]);
        text.putInt(word.length).put(word);
      }
    }
    out.updateText(text.flip());
  }
}
