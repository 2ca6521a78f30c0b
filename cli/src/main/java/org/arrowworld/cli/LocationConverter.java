// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import org.arrowworld.published.Location;
import picocli.CommandLine.ITypeConverter;

/** A path, or an address. */
final class LocationConverter implements ITypeConverter<Location> {
  @Override
  public Location convert(String text) {
    return new Location(text);
  }
}
