// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** How the buffers of column files are compressed (Arrow {@code BodyCompression}, per buffer). */
public sealed interface BufferCompression {

  /** Buffers as they are. */
  BufferCompression NONE = new None();

  /**
   * Zstandard.
   *
   * @param level 1 (fast) to 22 (small)
   */
  static BufferCompression zstd(int level) {
    return new Zstd(level);
  }

  /** Parses {@code none}, {@code zstd} (level 1) or {@code zstd:LEVEL}. */
  static BufferCompression parse(String text) {
    if ("none".equals(text)) {
      return NONE;
    }
    if ("zstd".equals(text)) {
      return zstd(1);
    }
    if (text != null && text.matches("zstd:[0-9]{1,4}")) {
      return zstd(Integer.parseInt(text.substring("zstd:".length())));
    }
    throw new InvalidUseException(
        Text.of("Unknown compression '%s': expected none, zstd or zstd:LEVEL", text));
  }

  /** Buffers as they are. */
  record None() implements BufferCompression {}

  /** Zstandard of a level from 1 to 22. */
  record Zstd(int level) implements BufferCompression {
    public Zstd {
      if (level < 1 || level > 22) {
        throw new InvalidUseException(
            Text.of("Cannot compress with zstd level %d: expected 1 to 22", level));
      }
    }
  }
}
