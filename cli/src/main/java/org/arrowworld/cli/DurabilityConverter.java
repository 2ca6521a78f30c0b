// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.log.Durability;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code commit}, {@code interval:MS} and {@code none}. */
final class DurabilityConverter implements ITypeConverter<Durability> {
  @Override
  public Durability convert(String text) {
    try {
      return Durability.parse(text);
    } catch (InvalidUseException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
