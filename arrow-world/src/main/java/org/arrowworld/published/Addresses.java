// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/** What is read from, or published to, by its address. */
public final class Addresses {
  private Addresses() {}

  /**
   * The storage at an address: a folder by {@code file:}, a published store by {@code http:},
   * {@code https:}, others by an {@link ObjectStoreProvider}. The caller closes it.
   *
   * @throws org.arrowworld.errors.StoreNotFoundException if no published store is there
   * @throws InvalidUseException if no module reads such addresses
   */
  public static Storage storage(URI address) throws IOException {
    return storage(address, Patience.USUAL);
  }

  /** As {@link #storage(URI)}, waiting as long as is said. */
  public static Storage storage(URI address, Patience patience) throws IOException {
    return isFolder(address)
        ? new DiskStorage(path(address))
        : PublishedStorage.open(source(address, patience), patience);
  }

  private static ObjectSource source(URI address, Patience patience) throws IOException {
    return switch (scheme(address)) {
      case "http", "https" -> new HttpObjects(address, patience);
      default -> provider("read", address).source(address, patience);
    };
  }

  /**
   * All of one object below an address that is none of a folder, of at most 64 MiB.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws InvalidUseException if no module reads such addresses
   */
  public static byte[] read(URI address, String name) throws IOException {
    try (PatientSource source =
        new PatientSource(source(address, Patience.USUAL), Patience.USUAL)) {
      return source.whole(name);
    }
  }

  /**
   * The place that is published to at an address: a folder, or one that a module knows.
   *
   * @throws InvalidUseException if no module publishes to such addresses
   */
  public static PublishTarget target(URI address) throws IOException {
    if (isFolder(address)) {
      return new FolderTarget(new DiskStorage(path(address)));
    }
    String scheme = scheme(address);
    if (scheme.equals("http") || scheme.equals("https")) {
      throw new InvalidUseException(
          Text.of(
              "Cannot publish to %s: web servers take no files; publish to a folder that one serves",
              address));
    }
    return provider("publish to", address).target(address, Patience.USUAL);
  }

  /** Whether an address is that of a folder. */
  public static boolean isFolder(URI address) {
    return scheme(address).equals("file");
  }

  /** The folder of a {@code file:} address. */
  public static Path path(URI address) {
    try {
      return Path.of(address);
    } catch (IllegalArgumentException e) {
      throw new InvalidUseException(
          Text.of("Cannot use the address %s: %s", address, e.getMessage()));
    }
  }

  private static String scheme(URI address) {
    if (address.getScheme() == null) {
      throw new InvalidUseException(
          Text.of(
              "Cannot use '%s' as an address: it has no scheme; give a path as a Path", address));
    }
    return address.getScheme().toLowerCase(Locale.ROOT);
  }

  private static ObjectStoreProvider provider(String what, URI address) {
    String scheme = scheme(address);
    ClassLoader own = Addresses.class.getClassLoader(); // a pool's thread may have another one
    for (ServiceLoader<ObjectStoreProvider> known :
        List.of(
            ServiceLoader.load(ObjectStoreProvider.class, own),
            ServiceLoader.load(ObjectStoreProvider.class))) {
      for (ObjectStoreProvider provider : known) {
        if (provider.scheme().equals(scheme)) {
          return provider;
        }
      }
    }
    throw new InvalidUseException(
        Text.of(
            "Cannot %s %s: nothing on the class path knows addresses that begin with %s:; file, http and https are known, others need an ObjectStoreProvider",
            what, address, scheme));
  }
}
