// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.npz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.arrowworld.npy.NpyFiles;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.storage.Storage;

/** Where named arrays go: an {@code .npz}, or a directory of {@code .npy} files. */
interface ArraySink {

  /** Adds an array of elements in C order. */
  void add(String name, NpyType type, long[] shape, ByteBuffer littleEndianData) throws IOException;

  /** Adds a one-dimensional array of words. */
  void addWords(String name, List<String> words) throws IOException;

  /** The entries of an archive. */
  static ArraySink of(NpzWriter archive) {
    return new ArraySink() {
      @Override
      public void add(String name, NpyType type, long[] shape, ByteBuffer littleEndianData)
          throws IOException {
        archive.add(name, type, shape, littleEndianData);
      }

      @Override
      public void addWords(String name, List<String> words) throws IOException {
        archive.addWords(name, words);
      }
    };
  }

  /** Files {@code <name>.npy} at the top of a storage. */
  static ArraySink of(Storage directory) {
    return new ArraySink() {
      @Override
      public void add(String name, NpyType type, long[] shape, ByteBuffer littleEndianData)
          throws IOException {
        NpyFiles.write(directory, name + ".npy", type, shape, littleEndianData);
      }

      @Override
      public void addWords(String name, List<String> words) throws IOException {
        NpyFiles.writeWords(directory, name + ".npy", words);
      }
    };
  }
}
