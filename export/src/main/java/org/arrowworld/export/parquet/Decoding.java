// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/** Calls of parquet-java on files of unknown origin: what it throws becomes an error of ours. */
final class Decoding {
  private Decoding() {}

  /** Something that decodes. */
  interface Read<T> {
    T run() throws IOException;
  }

  /** The storage failed, not the file: so that nobody on the way takes it for a decoding error. */
  private static final class ReadFailure extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient IOException failure;

    ReadFailure(IOException failure) {
      super(failure);
      this.failure = failure;
    }
  }

  /** A failure of the storage, to be thrown through parquet-java. */
  static RuntimeException storageFailed(IOException failure) {
    return new ReadFailure(failure);
  }

  /** Runs what calls parquet-java; see {@link #failed}. */
  static <T> T of(String path, Read<T> read) throws IOException {
    try {
      return read.run();
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw failed(path, e);
    }
  }

  /** What parquet-java throws, as an exception with the file's name; ours stay what they are. */
  static IOException failed(String path, Throwable e) {
    Throwable cause = e;
    while (true) {
      if (cause instanceof DamagedFileException damaged) {
        return damaged;
      }
      if (cause instanceof ReadFailure storage) {
        return storage.failure;
      }
      if (cause.getCause() == null) {
        break;
      }
      cause = cause.getCause();
    }
    return new DamagedFileException(
        path,
        -1,
        Text.of(
            "it cannot be decoded: %s; if other tools read it, write it again with one of them",
            plain(cause)),
        e);
  }

  /** What a decoder says, without the structures and traces it may add. */
  private static String plain(Throwable cause) {
    String text = String.valueOf(cause.getMessage());
    if (cause.getMessage() == null || text.contains("0x") || text.contains("@")) {
      return "its bytes contradict each other";
    }
    int end = text.indexOf(" Struct:");
    int line = text.indexOf('\n');
    int cut = Math.min(end < 0 ? text.length() : end, line < 0 ? text.length() : line);
    return text.substring(0, Math.min(cut, 200));
  }
}
