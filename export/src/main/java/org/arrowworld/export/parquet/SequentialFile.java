package org.arrowworld.export.parquet;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.arrowworld.storage.WritableFile;

/** Appends to a file through one buffer; large direct pieces bypass it. One thread at a time. */
final class SequentialFile extends OutputStream implements Closeable {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int LARGE_BYTES = 1 << 17;

  private final WritableFile file;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private long flushed;

  /** Takes over an empty file, which {@link #close} closes. */
  SequentialFile(WritableFile file) {
    this.file = file;
  }

  /** Bytes appended so far. */
  long position() {
    return flushed + buffer.position();
  }

  /** Appends a buffer's remaining bytes; its position stays. */
  void append(ByteBuffer source) throws IOException {
    ByteBuffer piece = source.duplicate();
    if (piece.isDirect() && piece.remaining() >= LARGE_BYTES) {
      flush();
      int bytes = piece.remaining();
      file.write(piece, flushed);
      flushed += bytes;
      return;
    }
    int end = piece.limit();
    while (piece.position() < end) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      piece.limit(Math.min(end, piece.position() + buffer.remaining()));
      buffer.put(piece);
    }
  }

  @Override
  public void write(int b) throws IOException {
    append(ByteBuffer.wrap(new byte[] {(byte) b}));
  }

  @Override
  public void write(byte[] source, int from, int count) throws IOException {
    append(ByteBuffer.wrap(source, from, count));
  }

  @Override
  public void flush() throws IOException {
    int bytes = buffer.flip().remaining();
    file.write(buffer, flushed);
    flushed += bytes;
    buffer.clear();
  }

  /** Makes everything appended survive a power loss. */
  void force() throws IOException {
    flush();
    file.force();
  }

  /** Closes the file; what is still buffered is dropped. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
