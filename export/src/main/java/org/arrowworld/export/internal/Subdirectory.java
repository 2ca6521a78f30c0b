// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.internal;

import java.io.IOException;
import java.util.List;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.StorageLock;
import org.arrowworld.storage.WritableFile;

/** A directory of a storage as a storage of its own. */
public final class Subdirectory implements Storage {
  private final Storage parent;
  private final String directory;

  /** A directory, which need not exist. The parent stays the caller's. */
  public Subdirectory(Storage parent, String directory) {
    this.parent = parent;
    this.directory = directory;
  }

  private String at(String path) {
    return path.isEmpty() ? directory : directory + "/" + path;
  }

  @Override
  public List<String> list(String path) throws IOException {
    return parent.list(at(path));
  }

  @Override
  public boolean exists(String path) throws IOException {
    return parent.exists(at(path));
  }

  @Override
  public boolean isLink(String path) throws IOException {
    return parent.isLink(at(path));
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    return parent.openRead(at(path));
  }

  @Override
  public WritableFile create(String path) throws IOException {
    return parent.create(at(path));
  }

  @Override
  public WritableFile openWrite(String path) throws IOException {
    return parent.openWrite(at(path));
  }

  @Override
  public void createDirectories(String path) throws IOException {
    parent.createDirectories(at(path));
  }

  @Override
  public boolean isDirectory(String path) throws IOException {
    return parent.isDirectory(at(path));
  }

  @Override
  public boolean isBelow(List<String> files) throws IOException {
    return parent.isBelow(files);
  }

  @Override
  public void forceDirectory(String path) throws IOException {
    parent.forceDirectory(at(path));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    parent.rename(at(from), at(to));
  }

  @Override
  public void delete(String path) throws IOException {
    parent.delete(at(path));
  }

  @Override
  public StorageLock lock(String path, String holder) throws IOException {
    return parent.lock(at(path), holder);
  }

  @Override
  public String description() {
    return parent.description() + "/" + directory;
  }
}
