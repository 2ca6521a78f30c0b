// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.published.Addresses;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/**
 * A run that is read: where its store is, and what is the same in all its rows.
 *
 * @param location a path, or a URI
 * @param constants values of columns by their names: of the run's name, of parameters
 */
record RunLocation(String location, TreeMap<String, Object> constants) implements Serializable {

  RunLocation(String location, Map<String, ?> constants) {
    this(location, new TreeMap<>(constants));
  }

  /** The same with one more constant column. */
  RunLocation with(String column, Object value) {
    TreeMap<String, Object> more = new TreeMap<>(constants);
    more.put(column, value);
    return new RunLocation(location, more);
  }

  /** Its files. The caller closes it. */
  Storage storage() throws IOException {
    return isAddress(location)
        ? Addresses.storage(address(location))
        : new DiskStorage(path(location));
  }

  /** Its store. The caller closes it. */
  Store open() throws IOException {
    try {
      return isAddress(location) ? Store.open(address(location)) : Store.open(path(location));
    } catch (DamagedFileException e) {
      throw named(e);
    }
  }

  /** The same error, which names the file with its store. */
  DamagedFileException named(DamagedFileException error) {
    if (error.file().startsWith(location)) {
      return error;
    }
    return new DamagedFileException(
        location + "/" + error.file(), error.offset(), error.finding(), error);
  }

  /** What it is in. */
  String folder() {
    return isAddress(location)
        ? location.substring(0, location.lastIndexOf('/'))
        : String.valueOf(path(location).getParent());
  }

  /** Whether it is the address of a published store, not a path (which may begin with a drive). */
  static boolean isAddress(String location) {
    return location.matches("[A-Za-z][A-Za-z0-9+.-]+:.*") && !location.startsWith("file:");
  }

  static URI address(String location) {
    try {
      return URI.create(location);
    } catch (IllegalArgumentException e) {
      throw new InvalidUseException(
          Text.of("Cannot read a run at '%s': no such address", location), e);
    }
  }

  /** A local path, given as such or as a URI. */
  static Path path(String location) {
    try {
      return location.startsWith("file:") ? Path.of(URI.create(location)) : Path.of(location);
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      throw new InvalidUseException(Text.of("Cannot read runs in '%s': no such path", location), e);
    }
  }
}
