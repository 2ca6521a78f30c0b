// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.nio.ByteBuffer;
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

  /** The scanned rows that have text, in order, and the file-local index of each one's word. */
  private int[] textRows = new int[0];

  private int[] textWords = new int[0];
  private int textCount;

  /** Per store-wide code: its file-local index + 1, 0 if not met. */
  private int[] localOf = new int[64];

  private final List<byte[]> local = new ArrayList<>();
  private final List<Integer> localCodes = new ArrayList<>();
  private final TextDigest text = new TextDigest();
  private byte[] validBits = new byte[0];
  private byte[] narrow = new byte[0];
  private int[] indices = new int[0];
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
    textCount = 0;
    nullTexts = count;
    if (!strings) {
      return;
    }
    if (textRows.length < count) {
      textRows = new int[Math.max(count, 2 * textRows.length)];
      textWords = new int[textRows.length];
    }
    learnKeys();
    char[] codes = rows.keys();
    for (int i = 0; i < count; i++) {
      if (carriesText[codes[from + i]]) {
        textRows[textCount] = i;
        textWords[textCount++] = localIndex((int) Values.toInteger(rows.vals()[from + i]));
      }
    }
    nullTexts = count - textCount;
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
    BodyLayout layout = TripleLayout.of(rowCount, keyBytes, alignmentBytes);
    if (strings) {
      TripleLayout.addText(layout, rowCount, nullTexts);
    }
    return layout;
  }

  /** Fills a body with the scanned rows {@code [from, to)}. */
  void fill(Triples rows, int from, int to, BodyLayout layout, int keyBytes, ByteBuffer body) {
    int count = to - from;
    layout.zeroPadding(body);
    TripleLayout.of(body, layout, TripleLayout.TICKS).asLongBuffer().put(rows.ticks(), from, count);
    TripleLayout.of(body, layout, TripleLayout.RIDS).asIntBuffer().put(rows.rids(), from, count);
    ByteBuffer codes = TripleLayout.of(body, layout, TripleLayout.KEYS);
    if (keyBytes == 2) {
      codes.asCharBuffer().put(rows.keys(), from, count);
    } else {
      if (narrow.length < count) {
        narrow = new byte[Math.max(count, 2 * narrow.length)];
      }
      char[] source = rows.keys();
      byte[] target = narrow;
      for (int i = 0; i < count; i++) {
        target[i] = (byte) source[from + i];
      }
      codes.put(target, 0, count);
    }
    TripleLayout.of(body, layout, TripleLayout.VALS).asLongBuffer().put(rows.vals(), from, count);
    if (strings) {
      fillText(count, layout, body);
    }
  }

  private void fillText(int count, BodyLayout layout, ByteBuffer body) {
    if (indices.length < count) {
      indices = new int[textRows.length];
    }
    Arrays.fill(indices, 0, count, 0);
    for (int t = 0; t < textCount; t++) {
      indices[textRows[t]] = textWords[t];
    }
    TripleLayout.of(body, layout, TripleLayout.TEXTS).asIntBuffer().put(indices, 0, count);
    if (nullTexts > 0) {
      if (validBits.length < layout.bufferLength(TripleLayout.TEXT_VALIDITY)) {
        validBits = new byte[(textRows.length + 7) / 8 + Long.BYTES];
      }
      byte[] bits = validBits;
      Arrays.fill(bits, 0, (count + 7) / 8, (byte) 0);
      for (int t = 0; t < textCount; t++) {
        bits[textRows[t] >> 3] |= (byte) (1 << (textRows[t] & 7));
      }
      TripleLayout.of(body, layout, TripleLayout.TEXT_VALIDITY).put(bits, 0, (count + 7) / 8);
    }
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
            TripleLayout.of(body, layout, TripleLayout.TICKS, row, count, Long.BYTES),
            TripleLayout.of(body, layout, TripleLayout.RIDS, row, count, Integer.BYTES),
            codes,
            TripleLayout.of(body, layout, TripleLayout.VALS, row, count, Long.BYTES)),
        count);
    if (strings) {
      digestText(row, row + count, out);
    }
  }

  private void digestText(int from, int to, ChainDigest out) {
    int first = firstText(from);
    int last = firstText(to);
    text.begin(to - from);
    for (int t = first; t < last; t++) {
      text.put(textRows[t] - from, local.get(textWords[t]));
    }
    out.updateText(text.bytes());
  }

  /** Position in {@link #textRows} of the first row that is not below the given one. */
  private int firstText(int row) {
    int found = Arrays.binarySearch(textRows, 0, textCount, row);
    return found < 0 ? -found - 1 : found;
  }
}
