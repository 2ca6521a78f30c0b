// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.internal;

/** Float16 numbers; JDK 17 has no conversion of its own. */
public final class Halves {
  private Halves() {}

  /** The float32 bits of the same number; a NaN keeps its payload. */
  public static int toF32Bits(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >>> 10 & 0x1F;
    int fraction = half & 0x3FF;
    if (exponent == 0x1F) {
      return sign | 0x7F80_0000 | (fraction << 13);
    }
    if (exponent == 0) {
      return sign | Float.floatToRawIntBits(fraction * 0x1p-24f);
    }
    return sign | ((exponent + 112) << 23) | (fraction << 13);
  }
}
