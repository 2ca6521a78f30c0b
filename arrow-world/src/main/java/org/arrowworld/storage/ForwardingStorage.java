// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.IOException;
import java.util.List;

/**
 * A storage that passes everything on to another: the base of those that change one thing, such as
 * counting, throttling or failing. As safe for threads as the other one.
 */
public abstract class ForwardingStorage implements Storage {
  private final Storage storage;

  /** Passes on to a storage, which it owns: closing this closes it. */
  protected ForwardingStorage(Storage storage) {
    this.storage = storage;
  }

  @Override
  public List<String> list(String directory) throws IOException {
    return storage.list(directory);
  }

  @Override
  public boolean exists(String path) throws IOException {
    return storage.exists(path);
  }

  @Override
  public boolean isDirectory(String path) throws IOException {
    return storage.isDirectory(path);
  }

  @Override
  public boolean isBelow(List<String> files) throws IOException {
    return storage.isBelow(files);
  }

  @Override
  public boolean isLink(String path) throws IOException {
    return storage.isLink(path);
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    return storage.openRead(path);
  }

  @Override
  public WritableFile create(String path) throws IOException {
    return storage.create(path);
  }

  @Override
  public WritableFile openWrite(String path) throws IOException {
    return storage.openWrite(path);
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    storage.createDirectories(directory);
  }

  @Override
  public void forceDirectory(String directory) throws IOException {
    storage.forceDirectory(directory);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    storage.rename(from, to);
  }

  @Override
  public void delete(String path) throws IOException {
    storage.delete(path);
  }

  @Override
  public StorageLock lock(String path, String holder) throws IOException {
    return storage.lock(path, holder);
  }

  @Override
  public String description() {
    return storage.description();
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }
}
