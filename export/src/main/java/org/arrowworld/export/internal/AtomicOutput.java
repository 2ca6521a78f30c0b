// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * A file that is appended to under a temporary name and becomes visible, forced, by {@link
 * #commit}. {@link #close} without it leaves nothing. Until then the path is locked ({@link
 * OutputLock}). Appends go through one buffer; large direct pieces bypass it. One thread at a time.
 */
public final class AtomicOutput extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int LARGE_BYTES = 1 << 17;

  private final Storage storage;
  private final String path;
  private final OutputLock lock;
  private final WritableFile file;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final CRC32 crc = new CRC32();
  private long flushed;
  private State state = State.OPEN;

  private enum State {
    OPEN,
    COMMITTED,
    CLOSED
  }

  /**
   * Begins a file beside its final name.
   *
   * @param path the file {@link #commit} publishes; one that exists is replaced then
   * @throws org.arrowworld.errors.StoreLockedException if another export writes it
   */
  public AtomicOutput(Storage storage, String path) throws IOException {
    this.storage = storage;
    this.path = path;
    this.lock = OutputLock.take(storage, path);
    try {
      lock.free(temporary());
      this.file = storage.create(temporary());
    } catch (IOException | RuntimeException | Error e) {
      try (lock) {
        throw e;
      }
    }
  }

  private String temporary() {
    return path + AtomicFiles.UNFINISHED;
  }

  /** Bytes appended so far. */
  public long position() {
    return flushed + buffer.position();
  }

  /** The CRC-32 of all bytes; known once the file is committed. */
  public int crc() {
    return (int) crc.getValue();
  }

  /** Appends a buffer's remaining bytes; its position stays. */
  public void append(ByteBuffer source) throws IOException {
    ByteBuffer piece = source.duplicate();
    if (piece.isDirect() && piece.remaining() >= LARGE_BYTES) {
      flush();
      write(piece);
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

  private void write(ByteBuffer piece) throws IOException {
    int bytes = piece.remaining();
    crc.update(piece.duplicate());
    file.write(piece, flushed);
    flushed += bytes;
  }

  @Override
  public void write(int b) throws IOException {
    if (!buffer.hasRemaining()) {
      flush();
    }
    buffer.put((byte) b);
  }

  @Override
  public void write(byte[] source, int from, int count) throws IOException {
    append(ByteBuffer.wrap(source, from, count));
  }

  /** Hands the buffer to the storage; forces nothing. */
  @Override
  public void flush() throws IOException {
    if (state == State.OPEN) {
      write(buffer.flip());
      buffer.clear();
    }
  }

  /** Makes the file survive a power loss and publishes it. */
  public void commit() throws IOException {
    flush();
    file.force();
    file.close();
    AtomicFiles.publish(storage, temporary(), path);
    state = State.COMMITTED;
  }

  /** Idempotent. */
  @Override
  public void close() throws IOException {
    State before = state;
    state = State.CLOSED;
    try (lock) {
      if (before == State.OPEN) {
        try {
          file.close();
        } finally {
          AtomicFiles.discard(storage, temporary());
        }
      }
    }
  }
}
