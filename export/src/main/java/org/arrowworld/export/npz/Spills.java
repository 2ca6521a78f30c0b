// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.npz;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.storage.Storage;

/** The arrays of one archive, gathered side by side. */
final class Spills implements Closeable {
  private final Storage storage;
  private final String path;
  private final List<ColumnSpill> all = new ArrayList<>();

  Spills(Storage storage, String path) {
    this.storage = storage;
    this.path = path;
  }

  ColumnSpill begin(String name, NpyType type) throws IOException {
    ColumnSpill spill =
        new ColumnSpill(storage, Text.of("%s.column%d", path, all.size()), name, type);
    all.add(spill);
    return spill;
  }

  /** Adds the arrays to an archive in the order they were begun. */
  void addTo(NpzWriter archive) throws IOException {
    for (ColumnSpill spill : all) {
      spill.addTo(archive);
    }
  }

  @Override
  public void close() throws IOException {
    for (ColumnSpill spill : all) {
      spill.close();
    }
  }
}
