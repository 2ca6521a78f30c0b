// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.WorldState;
import org.arrowworld.internal.world.WorldState.IdState;
import org.arrowworld.internal.world.WorldState.TableState;
import org.arrowworld.schema.IdPolicy;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.TickTime;

/** Writes tables without a history as a store that begins at a base (spec T-1, T-7). */
final class BaseStore {
  /** Where what became no column is kept, in the store's directory. */
  static final String UNMAPPED = "unmapped";

  private BaseStore() {}

  /**
   * What was found.
   *
   * @param kind the kind of import, for the store's properties
   * @param tick the tick of the state
   * @param schemaVersion its schema version
   * @param tables the tables
   * @param time when ticks are, if it says that
   */
  record Found(
      String kind,
      long tick,
      int schemaVersion,
      List<ForeignTable> tables,
      Optional<TickTime> time) {

    Found(String kind, long tick, int schemaVersion, List<ForeignTable> tables) {
      this(kind, tick, schemaVersion, tables, Optional.empty());
    }
  }

  /** Writes what became no column; called only if there is something. */
  interface Keeper {
    void keep(Map<String, String> unmapped, Storage store) throws IOException;
  }

  static TableImportResult write(
      TableImportOptions options, Found found, Findings findings, Keeper keeper)
      throws IOException {
    MutableCodebook codebook = new MutableCodebook();
    List<MappedTable> tables = new ArrayList<>();
    for (ForeignTable table : found.tables) {
      MappedTable mapped = MappedTable.of(table, options.columns(), findings);
      mapped.intern(codebook);
      tables.add(mapped);
    }
    AskedColumns.requireKnown(options.columns(), found.tables, findings);
    WorldSchema schema =
        new WorldSchema(
            found.schemaVersion, tables.stream().map(MappedTable::tableSchema).toList(), List.of());
    Map<String, Integer> rows = new LinkedHashMap<>();
    List<TableState> states = new ArrayList<>();
    for (MappedTable table : tables) {
      rows.put(table.name(), table.rows());
      states.add(new TableState(table.tableSchema(), table, noneDead(table.tableSchema().ids())));
    }
    WorldState state = new WorldState(schema, found.tick, states, codebook, codebook.size());
    try (OutputDirectory target = OutputDirectory.begin(options.out(), options.existing())) {
      Storage store = new DiskStorage(target.directory());
      StoreInfo info =
          StoreInfo.create(schema, "tick", properties(options, found)).withTime(found.time);
      SnapshotWriter.Beginning base = SnapshotWriter.begin(store, info, state, 0);
      if (!findings.unmapped().isEmpty()) {
        AtomicFiles.createDirectories(store, UNMAPPED);
        keeper.keep(findings.unmapped(), store);
        store.forceDirectory(UNMAPPED);
      }
      target.commit();
      return new TableImportResult(
          found.tick,
          found.schemaVersion,
          rows,
          findings.renamed(),
          findings.leftOut(),
          findings.notes(),
          findings.units(),
          findings.unmapped(),
          base.hashWorld());
    }
  }

  private static IdState noneDead(IdPolicy policy) {
    return new IdState(0, ByteBuffer.allocate(0), ByteBuffer.allocate(0), policy);
  }

  private static Map<String, String> properties(TableImportOptions options, Found found) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("import", found.kind);
    properties.put("import.file", String.valueOf(options.source().getFileName()));
    return properties;
  }

  /** A file name for anything: what is not plain is written as its UTF-8 bytes, {@code %XX}. */
  static String fileName(String name) {
    StringBuilder plain = new StringBuilder();
    for (byte b : name.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      boolean kept = c < 0x80 && String.valueOf(c).matches("[A-Za-z0-9_#.-]");
      plain.append(kept && !(c == '.' && plain.isEmpty()) ? "" + c : Text.of("%%%02X", (int) c));
    }
    return plain.toString();
  }

  /** Copies a whole file into {@code unmapped/}. */
  static void keepFile(Storage from, String path, Storage store) throws IOException {
    String target = UNMAPPED + "/" + fileName(path);
    try (var source = from.openRead(path);
        var copy = store.create(target)) {
      java.nio.ByteBuffer chunk = java.nio.ByteBuffer.allocate(1 << 18);
      for (long at = 0; at < source.size(); ) {
        chunk.clear().limit((int) Math.min(chunk.capacity(), source.size() - at));
        source.readFully(chunk, at);
        int count = chunk.flip().remaining();
        copy.write(chunk, at);
        at += count;
      }
      copy.force();
    }
  }
}
