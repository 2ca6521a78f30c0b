// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.errors;

import java.io.IOException;
import org.arrowworld.internal.Text;

/** A file is not what it was when it was written, or was never what it claims to be. */
public class DamagedFileException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String finding;

  /**
   * @param file path inside the store, or the file as the caller named it
   * @param offset byte offset the finding is about, or -1 for the whole file
   * @param finding what was expected and what was found
   */
  public DamagedFileException(String file, long offset, String finding) {
    this(file, offset, finding, null);
  }

  public DamagedFileException(String file, long offset, String finding, Throwable cause) {
    super(
        offset < 0
            ? Text.of("Cannot read %s: %s", file, finding)
            : Text.of("Cannot read %s at byte %d: %s", file, offset, finding),
        cause);
    this.file = file;
    this.offset = offset;
    this.finding = finding;
  }

  /** The damaged file. */
  public String file() {
    return file;
  }

  /** What was expected and what was found. */
  public String finding() {
    return finding;
  }

  /** Byte offset of the finding, -1 when it is about the whole file. */
  public long offset() {
    return offset;
  }
}
