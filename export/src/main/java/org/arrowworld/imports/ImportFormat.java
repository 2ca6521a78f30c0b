// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.arrowworld.imports.arrow.ArrowFile;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.ReadableFile;

/** What a file or directory of tables is. */
public enum ImportFormat {
  ARROW,
  CSV,
  /** A directory of {@code .npy} files. */
  NPY,
  NPZ,
  PARQUET,
  /** Text, one row a line, fields separated by blanks: only as a history. */
  TRAJECTORIES;

  private static final String PARQUET_MAGIC = "PAR1";

  /** Parquet, Arrow, or else CSV, as a file begins. */
  static ImportFormat of(Path source) throws IOException {
    Path path = AbsolutePath.of(source);
    try (ReadableFile file =
        new DiskStorage(path.getParent()).openRead(path.getFileName().toString())) {
      ByteBuffer head = ByteBuffer.allocate((int) Math.min(4, file.size()));
      file.readFully(head, 0);
      if (new String(head.array(), StandardCharsets.ISO_8859_1).equals(PARQUET_MAGIC)) {
        return PARQUET;
      }
      return ArrowFile.isArrow(file) ? ARROW : CSV;
    }
  }
}
