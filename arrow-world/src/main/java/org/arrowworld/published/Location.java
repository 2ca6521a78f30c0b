// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * Where a store or a folder of runs is: a path of this machine, or an address.
 *
 * @param text as somebody wrote it
 */
public record Location(String text) {
  private static final Pattern ADDRESS =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+://.*", Pattern.DOTALL);

  /** A path. */
  public static Location of(Path path) {
    return new Location(path.toString());
  }

  /** An address. */
  public static Location of(URI address) {
    return new Location(address.toString());
  }

  /** Whether it is an address that is not one of a folder ({@code file:}). */
  public boolean isAddress() {
    return ADDRESS.matcher(text).matches() && !isFile();
  }

  private boolean isFile() {
    return text.regionMatches(true, 0, "file:/", 0, 6);
  }

  /**
   * The address.
   *
   * @throws InvalidUseException if the text is none
   */
  public URI address() {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new InvalidUseException(
          Text.of("Cannot use '%s' as an address: %s", text, e.getMessage()), e);
    }
  }

  /**
   * The path.
   *
   * @throws InvalidUseException if it is an address of something else than a folder
   */
  public Path path() {
    if (isAddress()) {
      throw new InvalidUseException(
          Text.of("Cannot use %s as a folder: it is an address, which is only read", text));
    }
    return isFile() ? Addresses.path(address()) : Path.of(text);
  }

  /** What has a name in it. */
  public Location in(String name) {
    if (isAddress()) {
      return new Location(text + (text.endsWith("/") ? "" : "/") + name);
    }
    return of(path().resolve(name));
  }

  @Override
  public String toString() {
    return text;
  }
}
