// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.arrowworld.internal.ipc.BodyLayout;

/**
 * Which Arrow buffer of a record batch holds what (spec log.md "Record batches"): columns {@code
 * tick}, {@code rid}, {@code key}, {@code val}, and {@code text} where the log has one, each of
 * them as a validity bitmap and its data.
 */
final class TripleLayout {
  static final int TICKS = 1;
  static final int RIDS = 3;
  static final int KEYS = 5;
  static final int VALS = 7;
  static final int TEXT_VALIDITY = 8;
  static final int TEXTS = 9;

  /** The columns that have no nulls: all but the text. */
  static final int WHOLE_COLUMNS = 4;

  /** The place of the text among the columns. */
  static final int TEXT_COLUMN = 4;

  private TripleLayout() {}

  /** Number of columns. */
  static int columns(boolean strings) {
    return strings ? WHOLE_COLUMNS + 1 : WHOLE_COLUMNS;
  }

  /** Number of buffers. */
  static int buffers(boolean strings) {
    return 2 * columns(strings);
  }

  /** The buffer of a column's validity. */
  static int validity(int column) {
    return 2 * column;
  }

  /** The layout of a batch without text; {@link #addText} adds that. */
  static BodyLayout of(int rows, int keyBytes, int alignmentBytes) {
    BodyLayout layout = new BodyLayout(rows, alignmentBytes);
    layout.column(rows, Long.BYTES);
    layout.column(rows, Integer.BYTES);
    layout.column(rows, keyBytes);
    layout.column(rows, Long.BYTES);
    return layout;
  }

  /** Adds the text column of a batch. */
  static void addText(BodyLayout layout, int rows, int nullTexts) {
    layout.node(rows, nullTexts);
    layout.buffer(nullTexts == 0 ? 0 : (rows + 7) / 8);
    layout.buffer((long) rows * Integer.BYTES);
  }

  /** A buffer of a body. */
  static ByteBuffer of(ByteBuffer body, BodyLayout layout, int buffer) {
    return body.slice((int) layout.bufferOffset(buffer), (int) layout.bufferLength(buffer))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The values of {@code count} rows of a buffer. */
  static ByteBuffer of(
      ByteBuffer body, BodyLayout layout, int buffer, int row, int count, int width) {
    return body.slice((int) layout.bufferOffset(buffer) + row * width, count * width);
  }
}
