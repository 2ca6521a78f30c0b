// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/** Whole {@code .npy} files in and out. */
public final class NpyFiles {
  private NpyFiles() {}

  /**
   * Reads an array.
   *
   * @throws org.arrowworld.errors.DamagedFileException if the file is not exactly one array of a
   *     known type
   */
  public static NpyArray read(Storage storage, String path) throws IOException {
    return read(storage, path, TrailingBytes.REFUSE);
  }

  /** Reads an array, with a rule for bytes behind it. */
  public static NpyArray read(Storage storage, String path, TrailingBytes trailing)
      throws IOException {
    try (ReadableFile file = storage.openRead(path)) {
      return NpyDecoder.read(new FileSource(file), trailing);
    }
  }

  /** Reads a one-dimensional array of unicode text; empty if the array is another one. */
  public static Optional<List<String>> readWords(Storage storage, String path) throws IOException {
    try (ReadableFile file = storage.openRead(path)) {
      return NpyWordReader.read(new FileSource(file));
    }
  }

  /** Reads an array of times or halves as the integers it is stored as; empty if it is none. */
  public static Optional<NpyStored> readStored(Storage storage, String path) throws IOException {
    try (ReadableFile file = storage.openRead(path)) {
      return NpyStored.read(new FileSource(file));
    }
  }

  /**
   * Publishes an array, byte for byte as {@code np.save} would; a file of that name is replaced.
   *
   * @param littleEndianData the elements in C order, in one or more buffers whose positions stay
   */
  public static void write(
      Storage storage, String path, NpyType type, long[] shape, ByteBuffer... littleEndianData)
      throws IOException {
    NpyHeader.checkData("write " + path, type, shape, littleEndianData);
    publish(storage, path, NpyHeader.encode(type, shape), littleEndianData);
  }

  /**
   * Publishes a one-dimensional array of words, NumPy's {@code <U}; a file of that name is
   * replaced. NumPy drops NULs at the end of a word when it reads one.
   */
  public static void writeWords(Storage storage, String path, List<String> words)
      throws IOException {
    NpyWords array = NpyWords.of(words);
    publish(storage, path, array.header(), array.data());
  }

  private static void publish(Storage storage, String path, ByteBuffer header, ByteBuffer... pieces)
      throws IOException {
    String temporary = path + AtomicFiles.UNFINISHED;
    AtomicFiles.discard(storage, temporary);
    try (WritableFile file = storage.create(temporary)) {
      long position = header.remaining();
      file.write(header, 0);
      for (ByteBuffer data : pieces) {
        file.write(data.duplicate(), position);
        position += data.remaining();
      }
      file.force();
    }
    AtomicFiles.publish(storage, temporary, path);
  }
}
