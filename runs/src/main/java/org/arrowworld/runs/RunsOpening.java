// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.internal.Text;
import org.arrowworld.published.Addresses;
import org.arrowworld.published.Location;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;

/** Finds the runs of a folder, and those that were published. */
final class RunsOpening {
  private RunsOpening() {}

  static Runs ofFolder(Path folder) throws IOException {
    Path absolute = AbsolutePath.of(folder);
    if (!Files.isDirectory(absolute)) {
      throw new StoreNotFoundException(folder.toString());
    }
    try (Storage storage = new DiskStorage(absolute)) {
      Map<String, Parameters> plan = PlanFile.read(storage);
      RunReader reader = new RunReader(absolute, storage, plan);
      List<String> warnings = new ArrayList<>();
      Set<String> names = new TreeSet<>(RunFiles.runs(absolute));
      names.addAll(plan.keySet());
      Map<String, Catalogue.Row> known = catalogue(storage, names.size(), warnings);
      if (Catalogue.isPublished(known)) {
        return ofCatalogue(Location.of(absolute), known);
      }
      List<Run> list = new ArrayList<>();
      int read = 0;
      for (String name : names) {
        Optional<String> mark = reader.files(name).mark(reader.planned(name));
        Catalogue.Row row = known.get(name);
        if (row != null && mark.isPresent() && row.mark().equals(mark)) {
          list.add(ofRow(name, Location.of(absolute.resolve(name)), reader.planned(name), row));
        } else {
          list.add(reader.read(name, mark));
          read++;
        }
      }
      Set<String> planned = new LinkedHashSet<>();
      plan.values().forEach(each -> planned.addAll(each.names()));
      Set<String> parameters = new LinkedHashSet<>(planned);
      list.forEach(run -> parameters.addAll(run.parameters().names()));
      return new Runs(Location.of(absolute), list, parameters, planned, warnings, read);
    }
  }

  /** By the catalogue alone (spec R-11). */
  static Runs ofAddress(URI address) throws IOException {
    Location folder = Location.of(address);
    MemoryStorage held = new MemoryStorage();
    int most; // no row takes less than a byte
    try {
      byte[] bytes = Addresses.read(address, Catalogue.PATH);
      held.put(Catalogue.PATH, bytes);
      most = bytes.length;
    } catch (NoSuchFileException e) {
      throw StoreNotFoundException.published(folder.toString(), Catalogue.PATH);
    }
    return ofCatalogue(folder, Catalogue.read(held, most));
  }

  private static Runs ofCatalogue(Location folder, Map<String, Catalogue.Row> rows)
      throws DamagedFileException {
    List<Run> list = new ArrayList<>();
    Set<String> parameters = new LinkedHashSet<>();
    for (Map.Entry<String, Catalogue.Row> row : rows.entrySet()) {
      String name = row.getKey();
      if (!RunFiles.isRunName(name)) {
        throw new DamagedFileException(
            Catalogue.PATH,
            -1,
            Text.of("it is not a catalogue: '%s' cannot be the name of a run", name));
      }
      list.add(ofRow(name, folder.in(name), Parameters.NONE, row.getValue()));
      parameters.addAll(row.getValue().parameters().names());
    }
    return new Runs(folder, list, parameters, Set.of(), List.of(), 0);
  }

  private static Map<String, Catalogue.Row> catalogue(
      Storage storage, int runs, List<String> warnings) throws IOException {
    try {
      return Catalogue.read(storage, runs);
    } catch (DamagedFileException e) {
      if (Catalogue.holdsPublished(storage)) {
        throw e; // it alone says which runs there are (spec R-11)
      }
      warnings.add(e.getMessage() + "; the catalogue was passed over, saving it makes it anew");
      return Map.of();
    }
  }

  private static Run ofRow(String name, Location location, Parameters planned, Catalogue.Row row) {
    Map<String, String> texts = new LinkedHashMap<>(planned.texts());
    row.parameters().texts().forEach(texts::putIfAbsent);
    return new Run(
        name,
        location,
        Parameters.ofTexts(texts),
        row.state(),
        row.tick(),
        row.rows(),
        row.message(),
        row.store(),
        row.mark());
  }
}
