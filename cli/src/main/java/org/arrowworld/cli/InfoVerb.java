// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.published.Location;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code aw info}. */
@Command(
    name = "info",
    description = {
      "Tell what a store, a field run or a file holds. Files may be a log segment, a file of a",
      "snapshot, manifest.json, store.json, .npy, .npz, or one that can be imported. It reads",
      "as little as it can."
    })
final class InfoVerb extends ReadingVerb {
  @Parameters(
      paramLabel = "PATH",
      converter = LocationConverter.class,
      description = "A store's directory, a file, or the address of a published store.")
  private Location location;

  @Override
  QuickArguments quick() {
    return quick(p -> location = p);
  }

  @Override
  String purpose() {
    return "tell what " + location + " is";
  }

  @Override
  int execute() throws IOException {
    report().print(console(), format());
    return Exit.OK;
  }

  private Report report() throws IOException {
    if (location.isAddress()) {
      try (Storage storage = store(location)) {
        return StoreReport.of(location.toString(), storage);
      }
    }
    Path path = location.path();
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (!Files.isDirectory(path)) {
      Path absolute = AbsolutePath.of(path);
      return FileReport.of(
          new DiskStorage(absolute.getParent()), absolute.getFileName().toString(), path);
    }
    DiskStorage storage = new DiskStorage(path);
    if (StoreInfo.exists(storage)) {
      return StoreReport.of(path.toString(), storage);
    }
    if (storage.exists("manifest.json")) {
      return FileReport.of(storage, "manifest.json", path.resolve("manifest.json"));
    }
    if (FieldReport.isRun(storage)) {
      return FieldReport.of(storage);
    }
    throw new InvalidUseException(
        "it is a directory with neither store.json nor manifest.json, and no field run");
  }
}
