// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * Writes an {@code .npz} that {@code np.load} reads bit for bit, one array after the other and in
 * constant memory; zip64 records appear where sizes need them.
 *
 * <p>{@link #commit} publishes the file atomically; {@link #close} without it leaves nothing. After
 * a failed write only {@code close} is allowed. One thread at a time.
 */
public final class NpzWriter implements Closeable {
  private static final int BUFFER_BYTES = 1 << 18;

  private final Storage storage;
  private final String path;
  private final Compression compression;
  private final WritableFile file;
  private final List<ZipEntryInfo> entries = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private Deflater deflater;
  private long position;
  private State state = State.OPEN;

  private enum State {
    OPEN,
    FAILED,
    COMMITTED,
    CLOSED
  }

  private NpzWriter(Storage storage, String path, Compression compression) throws IOException {
    this.storage = storage;
    this.path = path;
    this.compression = compression;
    AtomicFiles.discard(storage, temporary());
    this.file = storage.create(temporary());
  }

  /**
   * Begins an archive beside its final name.
   *
   * @param path the file {@link #commit} publishes; one that exists is replaced then
   */
  public static NpzWriter create(Storage storage, String path, Compression compression)
      throws IOException {
    return new NpzWriter(storage, path, compression);
  }

  /**
   * Adds an array.
   *
   * @param name its key under {@code np.load}, without {@code .npy}
   * @param littleEndianData its elements in C order, in one or more buffers whose positions stay
   * @throws InvalidUseException if the name is not allowed or taken, or the bytes do not make the
   *     shape; nothing was written
   */
  public void add(String name, NpyType type, long[] shape, ByteBuffer... littleEndianData)
      throws IOException {
    begin(name);
    NpyHeader.checkData(action(name), type, shape, littleEndianData);
    write(name, NpyHeader.encode(type, shape), littleEndianData);
  }

  /**
   * Adds a one-dimensional array of words, NumPy's {@code <U}. NumPy drops NULs at the end of a
   * word when it reads one.
   *
   * @throws InvalidUseException if the name is not allowed or taken; nothing was written
   */
  public void addWords(String name, List<String> words) throws IOException {
    begin(name);
    NpyWords array = NpyWords.of(words);
    write(name, array.header(), array.data());
  }

  private String action(String name) {
    return Text.of("add array %s to %s", ZipNames.shown(name), path);
  }

  /** Refuses a name that is not allowed or taken. */
  private void begin(String name) {
    requireOpen("add array " + ZipNames.shown(name));
    String action = action(name);
    String complaint = ZipNames.complaint(name + ZipNames.NPY);
    if (name.isEmpty() || complaint != null) {
      throw new InvalidUseException(
          Text.of(
              "Cannot %s: the name is not allowed, %s",
              action, name.isEmpty() ? "it is empty" : complaint));
    }
    if (names.contains(name)) {
      throw new InvalidUseException(Text.of("Cannot %s: it has an array of that name", action));
    }
  }

  /** Adds an array held in memory. */
  public void add(String name, NpyArray array) throws IOException {
    add(name, array.type(), array.shape(), array.pieces().toArray(ByteBuffer[]::new));
  }

  private void write(String name, ByteBuffer header, ByteBuffer... data) throws IOException {
    names.add(name);
    state = State.FAILED; // until every byte is written
    writeEntry(name + ZipNames.NPY, header, data);
    state = State.OPEN;
  }

  private void writeEntry(String entryName, ByteBuffer header, ByteBuffer... data)
      throws IOException {
    ZipEntryInfo entry =
        new ZipEntryInfo(
            entryName, ZipFormat.flags(entryName), compression.method(), 0, 0, 0, position);
    position += ZipFormat.local(entry).remaining(); // written last, when CRC and sizes are known
    long start = position;
    long sizeBytes = header.remaining();
    CRC32 crc = new CRC32();
    piece(header, crc);
    for (ByteBuffer piece : data) {
      sizeBytes += piece.remaining();
      piece(piece, crc);
    }
    finishDeflate();
    ZipEntryInfo complete = entry.withData((int) crc.getValue(), position - start, sizeBytes);
    file.write(ZipFormat.local(complete), entry.headerOffset());
    entries.add(complete);
  }

  private void piece(ByteBuffer piece, CRC32 crc) throws IOException {
    crc.update(piece.duplicate());
    if (compression == Compression.STORED) {
      int bytes = piece.remaining();
      file.write(piece.duplicate(), position);
      position += bytes;
      return;
    }
    if (deflater == null) {
      deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    }
    deflater.setInput(piece.duplicate());
    while (!deflater.needsInput()) {
      drain();
    }
  }

  private void finishDeflate() throws IOException {
    if (deflater != null) {
      deflater.finish();
      while (!deflater.finished()) {
        drain();
      }
      deflater.reset();
    }
  }

  private void drain() throws IOException {
    buffer.clear();
    int count = deflater.deflate(buffer);
    file.write(buffer.flip(), position);
    position += count;
  }

  /** Publishes the archive under its name, forced. Nothing can be added afterwards. */
  public void commit() throws IOException {
    if (state == State.COMMITTED) {
      return;
    }
    requireOpen("commit");
    state = State.FAILED;
    long centralOffset = position;
    for (ZipEntryInfo entry : entries) {
      ByteBuffer central = ZipFormat.central(entry);
      int bytes = central.remaining();
      file.write(central, position);
      position += bytes;
    }
    file.write(ZipFormat.end(entries, centralOffset, position - centralOffset), position);
    file.force();
    file.close();
    AtomicFiles.publish(storage, temporary(), path);
    state = State.COMMITTED;
  }

  /** Ends the writer; without {@link #commit} the unfinished file is deleted. Idempotent. */
  @Override
  public void close() throws IOException {
    if (state == State.CLOSED) {
      return;
    }
    boolean discard = state != State.COMMITTED;
    state = State.CLOSED;
    if (deflater != null) {
      deflater.end();
    }
    try {
      file.close();
    } finally {
      if (discard) {
        AtomicFiles.discard(storage, temporary());
      }
    }
  }

  private String temporary() {
    return path + AtomicFiles.UNFINISHED;
  }

  private void requireOpen(String action) {
    String why =
        switch (state) {
          case OPEN -> null;
          case FAILED -> "an earlier write failed; close it and write the file again";
          case COMMITTED -> "it is committed";
          case CLOSED -> "it is closed";
        };
    if (why != null) {
      throw new InvalidUseException(Text.of("Cannot %s: writer of %s: %s", action, path, why));
    }
  }
}
