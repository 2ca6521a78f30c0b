// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Whether a full disk is why something failed. The system says so in its own language, so where the
 * words are not known, a disk without room tells.
 */
final class FullDisk {
  private static final List<String> WORDS =
      List.of("no space left on device", "disk quota exceeded", "not enough space on the disk");

  /** Less room than this is none: the least that anything of a run needs. */
  private static final long NO_ROOM_BYTES = 1 << 16;

  private FullDisk() {}

  /**
   * Whether it is.
   *
   * @param failure what was thrown
   * @param folder on the disk that was written to
   */
  static boolean isReason(Throwable failure, Path folder) {
    return isReason(failure, () -> Files.getFileStore(folder).getUsableSpace());
  }

  /** How many bytes there is room for. */
  interface Room {
    long bytes() throws IOException;
  }

  static boolean isReason(Throwable failure, Room room) {
    boolean ofFiles = false;
    for (Throwable e = failure; e != null; e = e.getCause()) {
      String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      if (e instanceof IOException && WORDS.stream().anyMatch(text::contains)) {
        return true;
      }
      ofFiles |= e instanceof IOException;
    }
    try {
      return ofFiles && room.bytes() < NO_ROOM_BYTES;
    } catch (IOException e) {
      failure.addSuppressed(e);
      return false;
    }
  }
}
