// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyType;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * Makes the directory of a new run, whole at once (F-3), and deals with one that is there: refused,
 * or set aside until the new run has something to show (F-9).
 */
final class RunDirectory {
  private static final String SET_ASIDE = ".replaced" + AtomicFiles.UNFINISHED;

  private RunDirectory() {}

  /** Makes the directory that will hold the run's. */
  static void createParent(Storage storage, String directory) throws IOException {
    if (directory.isEmpty()) {
      throw new InvalidUseException(
          "Cannot write a field run to the storage's root: name a directory in it");
    }
    AtomicFiles.createDirectories(
        storage, directory.substring(0, Math.max(0, directory.lastIndexOf('/'))));
  }

  /** Makes the directory, while nobody else makes it. */
  static void create(
      Storage storage, String directory, FieldMetadata metadata, FieldRunOptions options)
      throws IOException {
    List<String> present = storage.list(directory);
    if (!present.isEmpty() && options.existing() == FieldRunOptions.Existing.REFUSE) {
      throw new InvalidUseException(
          Text.of(
                  "Cannot write a field run to %s: the directory is not empty (%s); choose another one, or",
                  directory, present.get(0))
              + " replace the run");
    }
    if (!present.isEmpty()) {
      checkReplaceable(storage, directory);
      if (storage.exists(directory + SET_ASIDE)) {
        checkReplaceable(storage, directory + SET_ASIDE);
      }
    }
    String temporary = directory + AtomicFiles.UNFINISHED;
    try {
      fill(storage, temporary, metadata);
      setAside(storage, directory, present);
      AtomicFiles.publish(storage, temporary, directory);
    } catch (IOException | RuntimeException | Error e) {
      AtomicFiles.discardAfter(e, storage, temporary);
      throw e;
    }
  }

  /** Refuses a directory that holds anything but one run's files (F-9). */
  private static void checkReplaceable(Storage storage, String directory) throws IOException {
    Set<String> names = new HashSet<>();
    try {
      FieldMetadata run = MetadataFile.read(storage, FieldFiles.in(directory, FieldFiles.METADATA));
      names.addAll(FieldFiles.arrays(run.fields(), run.velocities()));
    } catch (IOException | InvalidUseException e) {
      throw new InvalidUseException(
          Text.of(
              "Cannot replace %s: it is not a field run whose metadata can be read (%s); move it elsewhere",
              directory, e.getMessage()),
          e);
    }
    names.addAll(List.of(FieldFiles.TIMES, FieldFiles.METADATA, FieldFiles.LOCK));
    for (String name : storage.list(directory)) {
      String file =
          name.endsWith(AtomicFiles.UNFINISHED)
              ? name.substring(0, name.length() - AtomicFiles.UNFINISHED.length())
              : name;
      if (!names.contains(file) || !storage.list(FieldFiles.in(directory, name)).isEmpty()) {
        throw new InvalidUseException(
            Text.of(
                "Cannot replace %s: it holds %s, which is not part of the run; move it elsewhere",
                directory, name));
      }
    }
  }

  private static void fill(Storage storage, String temporary, FieldMetadata metadata)
      throws IOException {
    AtomicFiles.createDirectories(storage, temporary);
    GrowingNpy.create(storage, FieldFiles.in(temporary, FieldFiles.TIMES), NpyType.F64);
    for (String file : FieldFiles.arrays(metadata.fields(), metadata.velocities())) {
      GrowingNpy.create(
          storage, FieldFiles.in(temporary, file), metadata.type(), metadata.gridShape());
    }
    ByteBuffer json = MetadataFile.encode(metadata);
    AtomicFiles.write(storage, FieldFiles.in(temporary, FieldFiles.METADATA), json);
  }

  private static void setAside(Storage storage, String directory, List<String> present)
      throws IOException {
    if (present.isEmpty()) {
      AtomicFiles.discard(storage, directory); // an empty directory is in the way of the rename
      return;
    }
    storage
        .lock(FieldFiles.in(directory, FieldFiles.LOCK), "replacing")
        .close(); // nobody writes it now
    String aside = directory + SET_ASIDE;
    if (storage.exists(aside) && snapshots(storage, directory) == 0) {
      // A replacement that showed nothing is replaced itself; the run set aside then still counts.
      AtomicFiles.discard(storage, directory);
      return;
    }
    AtomicFiles.discard(storage, aside);
    storage.rename(directory, aside);
  }

  private static long snapshots(Storage storage, String directory) throws IOException {
    String path = FieldFiles.in(directory, FieldFiles.METADATA);
    return storage.exists(path) ? MetadataFile.read(storage, path).snapshots().orElse(1) : 0;
  }

  /** Deletes the run that was set aside, if there is one. */
  static void discardReplaced(Storage storage, String directory) throws IOException {
    AtomicFiles.discard(storage, directory + SET_ASIDE);
  }

  /** Publishes metadata over the present ones (F-6). */
  static void writeMetadata(
      Storage storage,
      String directory,
      FieldMetadata metadata,
      FieldRunOptions.Durability durability)
      throws IOException {
    String path = FieldFiles.in(directory, FieldFiles.METADATA);
    ByteBuffer json = MetadataFile.encode(metadata);
    if (durability == FieldRunOptions.Durability.FORCED) {
      AtomicFiles.write(storage, path, json);
      return;
    }
    String temporary = path + AtomicFiles.UNFINISHED;
    AtomicFiles.discard(storage, temporary);
    try (WritableFile file = storage.create(temporary)) {
      file.write(json, 0);
    }
    storage.rename(temporary, path);
  }
}
