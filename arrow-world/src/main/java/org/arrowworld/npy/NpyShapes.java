// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** Arithmetic and text of shapes. */
final class NpyShapes {
  /** NumPy 2 refuses arrays of more dimensions. */
  static final int MAX_DIMENSIONS = 64;

  private NpyShapes() {}

  /**
   * Bytes of an array, or -1 if they do not fit in 63 bits. As in NumPy, the dimensions that are
   * not zero must fit even where another one is zero.
   */
  static long sizeBytes(long[] shape, NpyType type) {
    long bytes = type.itemBytes();
    boolean empty = false;
    for (long dimension : shape) {
      if (dimension == 0) {
        empty = true;
      } else if (bytes > Long.MAX_VALUE / dimension) {
        return -1;
      } else {
        bytes *= dimension;
      }
    }
    return empty ? 0 : bytes;
  }

  /** As a Python tuple: {@code ()}, {@code (3,)}, {@code (3, 4)}. */
  static String text(long[] shape) {
    String inner = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    return shape.length == 1 ? "(" + inner + ",)" : "(" + inner + ")";
  }

  /** Checks a caller's shape and returns the bytes it needs. */
  static long checkedSizeBytes(String action, long[] shape, NpyType type) {
    if (shape.length > MAX_DIMENSIONS) {
      throw new InvalidUseException(
          Text.of(
              "Cannot %s: %d dimensions, at most %d are allowed",
              action, shape.length, MAX_DIMENSIONS));
    }
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new InvalidUseException(
            Text.of("Cannot %s: shape %s has a negative dimension", action, text(shape)));
      }
    }
    long bytes = sizeBytes(shape, type);
    if (bytes < 0) {
      throw new InvalidUseException(
          Text.of(
              "Cannot %s: shape %s of %s overflows 64 bits", action, text(shape), type.descr()));
    }
    return bytes;
  }
}
