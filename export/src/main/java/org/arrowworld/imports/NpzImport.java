// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpyStored;
import org.arrowworld.npy.NpzReader;
import org.arrowworld.npy.UnsupportedArrayException;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/**
 * NumPy archives of tables as stores (spec npz.md Z-10 to Z-12, Z-20). Holds the archive's arrays
 * in memory.
 */
final class NpzImport {
  private static final String NPY = ".npy";

  private NpzImport() {}

  /**
   * Imports an archive. If it fails, no store is left behind.
   *
   * @throws DamagedFileException if the archive is damaged anywhere
   */
  static TableImportResult run(TableImportOptions options) throws IOException {
    return ImportMemory.guard(options.source(), () -> read(options));
  }

  private static TableImportResult read(TableImportOptions options) throws IOException {
    options.checkOut();
    java.nio.file.Path file = AbsolutePath.of(options.source());
    Storage storage = new DiskStorage(file.getParent());
    try (NpzReader archive = NpzReader.open(storage, file.getFileName().toString())) {
      archive.verify(); // from here on what cannot be read is foreign, not damaged
      Findings findings = new Findings();
      Map<String, String> entries = new LinkedHashMap<>();
      Arrays arrays = new Arrays(options.tableName(), findings);
      for (String name : archive.names()) {
        entries.put(name, name + NPY);
        add(archive, name, arrays, findings);
      }
      for (String name : archive.otherEntries()) {
        if (name.endsWith("/")) {
          continue; // a directory
        }
        entries.put(name, name);
        findings.unmapped(name, "it is not an array");
      }
      if (archive.names().isEmpty()) {
        throw new InvalidUseException(
            Text.of("Cannot import %s: it holds no arrays", options.source()));
      }
      BaseStore.Found found = arrays.found("npz", options.source().toString());
      return BaseStore.write(
          options, found, findings, (names, store) -> keep(archive, names, entries, store));
    }
  }

  private static void add(NpzReader archive, String name, Arrays arrays, Findings findings)
      throws IOException {
    try {
      Optional<List<String>> words = archive.readWords(name);
      if (words.isPresent()) {
        arrays.words(name, words.get());
      } else {
        arrays.array(name, archive.read(name));
      }
    } catch (UnsupportedArrayException e) {
      Optional<NpyStored> stored = archive.readStored(name);
      if (stored.isPresent()) {
        arrays.stored(name, stored.get());
      } else {
        findings.unmapped(name, e.getMessage());
      }
    }
  }

  private static void keep(
      NpzReader archive, Map<String, String> names, Map<String, String> entries, Storage store)
      throws IOException {
    for (String name : names.keySet()) {
      String entry = entries.get(name);
      if (entry == null) {
        throw new InvalidUseException(Text.of("Cannot keep '%s': it is not an entry", name));
      }
      if (!entry.endsWith("/")) {
        archive.copy(entry, store, BaseStore.UNMAPPED + "/" + BaseStore.fileName(entry));
      }
    }
  }

  /** Arrays on their way into tables. */
  static final class Arrays {
    private final String only;
    private final Findings findings;
    private final Map<String, NpyArray> arrays = new LinkedHashMap<>();
    private final Map<String, List<String>> texts = new LinkedHashMap<>();
    private final Map<String, String> dtypes = new LinkedHashMap<>();
    private final List<String> order = new ArrayList<>();

    Arrays(String only, Findings findings) {
      this.only = only;
      this.findings = findings;
    }

    void array(String name, NpyArray array) {
      arrays.put(name, array);
      order.add(name);
    }

    void stored(String name, NpyStored found) {
      arrays.put(name, found.array());
      dtypes.put(name, found.dtype());
      order.add(name);
    }

    void words(String name, List<String> words) {
      texts.put(name, words);
      order.add(name);
    }

    BaseStore.Found found(String kind, String source) throws IOException {
      return new TableArrays(only, arrays, texts, dtypes, order, findings).found(kind, source);
    }
  }
}
