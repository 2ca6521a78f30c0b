// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.arrowworld.internal.ipc.BodyLayout;
import org.arrowworld.internal.ipc.Frame;
import org.arrowworld.internal.ipc.IpcEncoder;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.Words;

/** Writes an Arrow IPC stream: schema, dictionaries, batches, end. */
final class ArrowStream {
  static final int ALIGNMENT_BYTES = 8;
  private static final byte[] END = {-1, -1, -1, -1, 0, 0, 0, 0};
  private static final byte[] PADDING = new byte[ALIGNMENT_BYTES];

  /**
   * Large pieces take a third less time than ones of 64 KiB; small replies need no more than that.
   */
  private static final int PIECE_BYTES = 1 << 20;

  private static final int LEAST_PIECE_BYTES = 1 << 16;

  private final OutputStream out;
  private byte[] piece = new byte[LEAST_PIECE_BYTES];

  ArrowStream(OutputStream out) {
    this.out = out;
  }

  /** The bytes of a message without a body. */
  static ByteBuffer message(IpcEncoder.Metadata metadata) {
    return Frame.of(metadata, 0, 0, ALIGNMENT_BYTES).all();
  }

  static ByteBuffer schema(List<IpcField> fields, Map<String, String> metadata) {
    return message(IpcEncoder.schemaMessage(fields, metadata));
  }

  /** A whole dictionary, in place of what it held before. */
  static ByteBuffer dictionary(long id, List<byte[]> words) {
    BodyLayout layout = Words.layout(words, ALIGNMENT_BYTES);
    IpcEncoder.Metadata metadata = IpcEncoder.dictionaryMessage(id, layout);
    Frame frame = Frame.of(metadata, Math.toIntExact(layout.lengthBytes()), 0, ALIGNMENT_BYTES);
    Words.fill(words, layout, frame.body());
    return frame.all();
  }

  /** Writes bytes as they are. */
  void raw(ByteBuffer bytes) throws IOException {
    ByteBuffer rest = bytes.duplicate();
    if (rest.remaining() > piece.length && piece.length < PIECE_BYTES) {
      piece = new byte[PIECE_BYTES];
    }
    while (rest.hasRemaining()) {
      int count = Math.min(piece.length, rest.remaining());
      rest.get(piece, 0, count);
      out.write(piece, 0, count);
    }
  }

  /** A batch of columns without nulls, of the widths of their fields. */
  record Batch(BodyLayout layout, ByteBuffer head, List<ByteBuffer> columns) {
    static Batch of(
        int rows, List<IpcField> fields, List<ByteBuffer> columns, Map<String, String> metadata) {
      BodyLayout layout = new BodyLayout(rows, ALIGNMENT_BYTES);
      fields.forEach(field -> layout.column(rows, field.widthBytes()));
      return new Batch(layout, message(IpcEncoder.recordBatchMessage(layout, metadata)), columns);
    }

    long lengthBytes() {
      return head.remaining() + layout.lengthBytes();
    }
  }

  void batch(Batch batch) throws IOException {
    raw(batch.head);
    for (ByteBuffer column : batch.columns) {
      raw(column);
      int length = column.remaining();
      out.write(PADDING, 0, (int) BodyLayout.align(length, ALIGNMENT_BYTES) - length);
    }
  }

  static int endBytes() {
    return END.length;
  }

  void end() throws IOException {
    out.write(END);
  }

  /** Room for values, little-endian. */
  static ByteBuffer room(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
