// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/** A folder, from which a web server may serve the store. */
public final class FolderTarget implements PublishTarget {
  private static final int PIECE_BYTES = 1 << 20;

  private final Storage folder;

  /** Publishes into a folder, which need not exist yet and stays the caller's. */
  public FolderTarget(Storage folder) {
    this.folder = folder;
  }

  @Override
  public List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    collect("", names);
    return names;
  }

  private void collect(String directory, List<String> names) throws IOException {
    for (String name : folder.list(directory)) {
      String path = directory.isEmpty() ? name : directory + "/" + name;
      if (folder.isLink(path) || folder.list(path).isEmpty()) {
        names.add(path);
      } else {
        collect(path, names);
      }
    }
  }

  @Override
  public FileList.Entry read(String name) throws IOException {
    return FileList.Entry.of(folder, name);
  }

  @Override
  public void put(FileList.Entry entry, ReadableFile source) throws IOException {
    String path = entry.name();
    if (folder.exists(path) || folder.isLink(path)) {
      throw new InvalidUseException(
          Text.of("Cannot publish to %s: there is a %s already", description(), path));
    }
    int slash = path.lastIndexOf('/');
    AtomicFiles.createDirectories(folder, slash < 0 ? "" : path.substring(0, slash));
    String temporary = path + AtomicFiles.UNFINISHED;
    if (folder.isDirectory(temporary)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot publish to %s: the folder %s stands where %s is made; move it away",
              description(), temporary, path));
    }
    AtomicFiles.discard(folder, temporary);
    try {
      write(temporary, entry, source);
      AtomicFiles.publish(folder, temporary, path);
    } catch (IOException | RuntimeException | Error e) {
      AtomicFiles.discardAfter(e, folder, temporary);
      throw e;
    }
  }

  private void write(String temporary, FileList.Entry entry, ReadableFile source)
      throws IOException {
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, Math.max(1, entry.bytes())));
    try (WritableFile file = folder.create(temporary)) {
      for (long at = 0; at < entry.bytes(); at += piece.limit()) {
        piece.clear().limit((int) Math.min(piece.capacity(), entry.bytes() - at));
        source.readFully(piece, at);
        file.write(piece.flip(), at);
      }
      file.force();
    }
  }

  @Override
  public String description() {
    return folder.description();
  }
}
