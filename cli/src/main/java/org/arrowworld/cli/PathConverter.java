// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.published.Location;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A path of this machine: an address is none, though the file system would take it for one. */
final class PathConverter implements ITypeConverter<Path> {
  @Override
  public Path convert(String text) {
    Location location = new Location(text);
    if (location.isAddress()) {
      throw new TypeConversionException(
          Text.of(
              "'%s' is an address, where a path of this machine is wanted; verbs that read take addresses, and 'aw publish STORE ADDRESS' writes to one",
              text));
    }
    try {
      return location.path();
    } catch (InvalidPathException | InvalidUseException e) {
      throw new TypeConversionException(Text.of("'%s' is no path: %s", text, e.getMessage()));
    }
  }
}
