// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A span of ticks, both ends included.
 *
 * @param first first tick
 * @param last last tick
 */
record TickSpan(long first, long last) {
  static final TickSpan ALL = new TickSpan(0, Long.MAX_VALUE);

  /** The ticks of both. May be empty: first after last. */
  TickSpan and(TickSpan other) {
    return new TickSpan(Math.max(first, other.first), Math.min(last, other.last));
  }

  boolean isEmpty() {
    return first > last;
  }

  /** Reads {@code A..B}. */
  static TickSpan parse(String text) {
    if (text.matches("[0-9]{1,18}\\.\\.[0-9]{1,18}")) {
      String[] ends = text.split("\\.\\.");
      TickSpan range = new TickSpan(Long.parseLong(ends[0]), Long.parseLong(ends[1]));
      if (!range.isEmpty()) {
        return range;
      }
    }
    throw new UsageException("expected A..B with A at most B, found '" + text + "'");
  }

  /** {@link #parse} for picocli. */
  static final class Converter implements ITypeConverter<TickSpan> {
    @Override
    public TickSpan convert(String text) {
      try {
        return parse(text);
      } catch (UsageException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
