// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.io.Closeable;
import java.io.IOException;

/**
 * Where the files of a published store come from: something that answers GET with Range. One
 * attempt per call; {@link PublishedStorage} asks again. Safe for threads.
 */
public interface ObjectSource extends Closeable {

  /** What came. */
  final class Reply {
    private final byte[] bytes;
    private final long totalBytes;
    private final String version;

    /**
     * @param bytes from where it was asked, as many as were asked for or as the object has; the
     *     reply's own from now on
     * @param totalBytes length of the whole object
     * @param version what tells this object from one that takes its place (an ETag); may be empty
     */
    public Reply(byte[] bytes, long totalBytes, String version) {
      this.bytes = bytes;
      this.totalBytes = totalBytes;
      this.version = version;
    }

    /** The bytes themselves, not a copy. */
    byte[] bytes() {
      return bytes;
    }

    long totalBytes() {
      return totalBytes;
    }

    String version() {
      return version;
    }
  }

  /**
   * Reads a part of an object.
   *
   * @param name its path in the store
   * @param from first byte
   * @param length how many bytes, at least 1; fewer come where the object ends
   * @param version what an earlier reply for this object had, empty for the first
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws java.nio.file.AccessDeniedException if it may not be read
   * @throws ReplacedException if it is another one than that version
   * @throws IOException if it may succeed when it is tried again
   */
  Reply get(String name, long from, int length, String version) throws IOException;

  /** How messages name the store. */
  String description();

  @Override
  default void close() throws IOException {}

  /** Another object stands there than the one that was read before. */
  final class ReplacedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param finding what was found of the other one
     */
    public ReplacedException(String finding) {
      super(finding);
    }
  }

  /** What no further attempt will change. */
  final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param finding what the server said
     */
    public RefusedException(String finding) {
      super(finding);
    }
  }
}
