// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyFiles;
import org.arrowworld.npy.NpyStored;
import org.arrowworld.npy.UnsupportedArrayException;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/** Directories of {@code .npy} files, one per column, as stores: the rules of {@link NpzImport}. */
final class NpyImport {
  private static final String NPY = ".npy";

  private NpyImport() {}

  /**
   * Imports a directory; what is in directories below it is not looked at. If it fails, no store is
   * left behind.
   *
   * @throws org.arrowworld.errors.DamagedFileException if an array is cut or too long
   */
  static TableImportResult run(TableImportOptions options) throws IOException {
    return ImportMemory.guard(options.source(), () -> read(options));
  }

  private static TableImportResult read(TableImportOptions options) throws IOException {
    options.checkOut();
    Storage storage = new DiskStorage(options.source());
    Findings findings = new Findings();
    Map<String, String> files = new LinkedHashMap<>();
    NpzImport.Arrays arrays = new NpzImport.Arrays(options.tableName(), findings);
    boolean any = false;
    for (String file : storage.list("")) {
      if (java.nio.file.Files.isDirectory(options.source().resolve(file))) {
        continue;
      }
      boolean array = file.endsWith(NPY) && file.length() > NPY.length();
      String name = array ? file.substring(0, file.length() - NPY.length()) : file;
      files.put(name, file);
      any |= array;
      if (array) {
        add(storage, file, name, arrays, findings);
      } else {
        findings.unmapped(file, "it is not a .npy file");
      }
    }
    if (!any) {
      throw new InvalidUseException(
          Text.of("Cannot import %s: it holds no .npy files", options.source()));
    }
    BaseStore.Found found = arrays.found("npy", options.source().toString());
    return BaseStore.write(
        options, found, findings, (names, store) -> keep(storage, names, files, store));
  }

  private static void add(
      Storage storage, String file, String name, NpzImport.Arrays arrays, Findings findings)
      throws IOException {
    try {
      Optional<List<String>> words = NpyFiles.readWords(storage, file);
      if (words.isPresent()) {
        arrays.words(name, words.get());
      } else {
        arrays.array(name, NpyFiles.read(storage, file));
      }
    } catch (UnsupportedArrayException e) {
      Optional<NpyStored> stored = NpyFiles.readStored(storage, file);
      if (stored.isPresent()) {
        arrays.stored(name, stored.get());
      } else {
        findings.unmapped(name, e.getMessage());
      }
    }
  }

  private static void keep(
      Storage storage, Map<String, String> names, Map<String, String> files, Storage store)
      throws IOException {
    for (String name : names.keySet()) {
      BaseStore.keepFile(storage, files.get(name), store);
    }
  }
}
