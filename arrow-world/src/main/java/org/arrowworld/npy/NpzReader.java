// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * Reads the arrays of an {@code .npz} archive, one at a time and whole. Nothing is extracted; a
 * value is returned only after its entry's size and CRC-32 were found right.
 *
 * <p>The caller closes it; arrays already read stay valid. Several threads may read at once.
 */
public final class NpzReader implements Closeable {
  private static final int VERIFY_BYTES = 1 << 18;

  private final ReadableFile file;
  private final Map<String, ZipEntryInfo> arrays = new LinkedHashMap<>();
  private final Map<String, ZipEntryInfo> others = new LinkedHashMap<>();

  private NpzReader(ReadableFile file, NpzLimits limits) throws IOException {
    this.file = file;
    for (ZipEntryInfo entry : ZipDirectory.read(file, limits).values()) {
      ZipLocalHeader.dataOffset(file, entry); // both headers of an entry agree, or nothing opens
      String name = entry.name();
      boolean array = name.endsWith(ZipNames.NPY) && !name.equals(ZipNames.NPY);
      if (array) {
        arrays.put(name.substring(0, name.length() - ZipNames.NPY.length()), entry);
      } else {
        others.put(name, entry);
      }
    }
    for (String name : others.keySet()) {
      if (arrays.containsKey(name)) {
        throw new DamagedFileException(
            file.path(), -1, "two entries are named " + ZipNames.shown(name) + " to NumPy");
      }
    }
  }

  /** Opens an archive with the {@linkplain NpzLimits#DEFAULT default limits}. */
  public static NpzReader open(Storage storage, String path) throws IOException {
    return open(storage, path, NpzLimits.DEFAULT);
  }

  /**
   * Opens an archive and reads its directory.
   *
   * @throws DamagedFileException if it is cut, damaged, inconsistent, beyond a limit, or holds
   *     names that are absolute, leave the archive, or occur twice
   */
  public static NpzReader open(Storage storage, String path, NpzLimits limits) throws IOException {
    ReadableFile file = storage.openRead(path);
    try {
      return new NpzReader(file, limits);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Keys of the arrays as {@code np.load} gives them, in the archive's order. */
  public List<String> names() {
    return List.copyOf(arrays.keySet());
  }

  /** Names of entries that are no arrays; they are never read. */
  public List<String> otherEntries() {
    return List.copyOf(others.keySet());
  }

  /**
   * What an array's header says, without its data. The CRC-32 covers the whole entry and is not
   * checked here: take it for a preview, not for a fact.
   */
  public NpyHeader header(String name) throws IOException {
    try (ZipEntrySource source = new ZipEntrySource(file, entry(name))) {
      return NpyHeader.read(source, TrailingBytes.REFUSE);
    }
  }

  /**
   * Reads an array.
   *
   * @throws InvalidUseException if there is none of that name
   * @throws DamagedFileException if its entry is not exactly one array of a known type
   */
  public NpyArray read(String name) throws IOException {
    try (ZipEntrySource source = new ZipEntrySource(file, entry(name))) {
      NpyArray array = NpyDecoder.read(source, TrailingBytes.REFUSE);
      source.finish();
      return array;
    }
  }

  /**
   * Reads a one-dimensional array of unicode text; empty if the array is another one.
   *
   * @throws DamagedFileException if its entry is not exactly one array
   */
  public Optional<List<String>> readWords(String name) throws IOException {
    try (ZipEntrySource source = new ZipEntrySource(file, entry(name))) {
      Optional<List<String>> words = NpyWordReader.read(source);
      if (words.isPresent()) {
        source.finish();
      }
      return words;
    }
  }

  /**
   * Reads an array of times or halves as the integers it is stored as; empty if it is another one.
   *
   * @throws DamagedFileException if its entry is not exactly one array
   */
  public Optional<NpyStored> readStored(String name) throws IOException {
    try (ZipEntrySource source = new ZipEntrySource(file, entry(name))) {
      Optional<NpyStored> array = NpyStored.read(source);
      if (array.isPresent()) {
        source.finish();
      }
      return array;
    }
  }

  /**
   * Copies the bytes of an entry, array or not, into a new file, forced.
   *
   * @param entryName as {@link #otherEntries} has it, or an array's name with {@code .npy}
   */
  public void copy(String entryName, Storage storage, String path) throws IOException {
    ZipEntryInfo entry = others.get(entryName);
    if (entry == null) {
      entry = entry(entryName.substring(0, Math.max(0, entryName.length() - 4)));
    }
    try (ZipEntrySource source = new ZipEntrySource(file, entry);
        WritableFile target = storage.create(path)) {
      ByteBuffer buffer = ByteBuffer.allocate(VERIFY_BYTES);
      for (long at = 0; at < source.sizeBytes(); ) {
        buffer.clear().limit((int) Math.min(source.sizeBytes() - at, VERIFY_BYTES));
        source.readFully(buffer);
        int count = buffer.flip().remaining();
        target.write(buffer, at);
        at += count;
      }
      source.finish();
      target.force();
    }
  }

  /** Checks size and CRC-32 of every entry, arrays or not, in constant memory. */
  public void verify() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(VERIFY_BYTES);
    for (Map<String, ZipEntryInfo> entries : List.of(arrays, others)) {
      for (ZipEntryInfo entry : entries.values()) {
        try (ZipEntrySource source = new ZipEntrySource(file, entry)) {
          long left = source.sizeBytes();
          while (left > 0) {
            buffer.clear().limit((int) Math.min(left, VERIFY_BYTES));
            left -= buffer.remaining();
            source.readFully(buffer);
          }
          source.finish();
        }
      }
    }
  }

  private ZipEntryInfo entry(String name) {
    ZipEntryInfo entry = arrays.get(name);
    if (entry == null) {
      throw new InvalidUseException(
          Text.of("Cannot read array %s of %s: it has %s", name, file.path(), names()));
    }
    return entry;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
