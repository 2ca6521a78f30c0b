// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.snapshot.SnapshotManifest.TableEntry;

/** Proves that tables, hashes, ids and codes of a snapshot are what its manifest says. */
final class SnapshotProof {
  private final SnapshotManifest manifest;
  private final String directory;

  private SnapshotProof(SnapshotManifest manifest, String directory) {
    this.manifest = manifest;
    this.directory = directory;
  }

  /**
   * Proves a snapshot whose bytes were verified.
   *
   * @throws DamagedFileException naming the first thing that is not so
   */
  static void of(
      Snapshot snapshot, SnapshotManifest manifest, String directory, BufferAllocator allocator)
      throws IOException {
    new SnapshotProof(manifest, directory).prove(snapshot, allocator);
  }

  private void prove(Snapshot snapshot, BufferAllocator allocator) throws IOException {
    List<String> names = snapshot.schema().tables().stream().map(TableSchema::name).toList();
    require("tables", manifest.tables().stream().map(TableEntry::name).toList(), names);
    try (MutableWorld world = snapshot.load(allocator)) {
      for (int i = 0; i < names.size(); i++) {
        MutableTable table = world.tables().get(i);
        TableEntry entry = manifest.table(table.name());
        List<String> columns = table.columns().stream().map(Column::name).toList();
        require("columns of " + table.name(), entry.columns(), columns);
        require("hash of " + table.name(), snapshot.hashes().tables().get(i), Hashes.table(table));
        if (table.schema().kind() != TableKind.APPEND_ONLY) {
          long distinct = Arrays.stream(table.ids(), 0, table.rows()).distinct().count();
          require("ids in " + table.name(), (long) table.rows(), distinct);
        }
      }
      require("hash_world", snapshot.hashWorld(), Hashes.world(world.tables()));
      require("resume_hash", snapshot.resumeHash(), Hashes.resume(world));
      require("codes", manifest.codes(), world.codebook().size());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void require(String what, Object stated, Object found) throws DamagedFileException {
    if (!found.equals(stated)) {
      throw new DamagedFileException(
          directory, -1, Text.of("%s: found %s, its manifest says %s", what, found, stated));
    }
  }
}
