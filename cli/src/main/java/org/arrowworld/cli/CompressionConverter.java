// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.storage.BufferCompression;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code none}, {@code zstd} and {@code zstd:LEVEL}. */
final class CompressionConverter implements ITypeConverter<BufferCompression> {
  @Override
  public BufferCompression convert(String text) {
    try {
      return BufferCompression.parse(text);
    } catch (InvalidUseException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
