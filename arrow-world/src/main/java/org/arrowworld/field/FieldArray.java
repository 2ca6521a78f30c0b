// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyType;

/**
 * The values of one field at one time, in C order with their shape. A view: it shares the caller's
 * array, which must not change while it is appended.
 */
public final class FieldArray {
  private final double[] doubles;
  private final float[] floats;
  private final NpyType type;
  private final int[] shape;

  private FieldArray(double[] doubles, float[] floats, NpyType type, int[] shape) {
    this.doubles = doubles;
    this.floats = floats;
    this.type = type;
    this.shape = shape.clone();
    long size = 1;
    for (int dimension : shape) {
      size *= dimension;
    }
    int given = doubles != null ? doubles.length : floats.length;
    if (size != given || Arrays.stream(shape).anyMatch(d -> d < 1)) {
      throw new InvalidUseException(
          Text.of("Cannot use %d values as a field of shape %s", given, Arrays.toString(shape)));
    }
  }

  /** Values for a float64 run. */
  public static FieldArray of(double[] values, int... shape) {
    return new FieldArray(values, null, NpyType.F64, shape);
  }

  /** Values for a float32 run. */
  public static FieldArray of(float[] values, int... shape) {
    return new FieldArray(null, values, NpyType.F32, shape);
  }

  /** Doubles for a float32 run, each rounded to the nearest float as it is written. */
  public static FieldArray narrowing(double[] values, int... shape) {
    return new FieldArray(values, null, NpyType.F32, shape);
  }

  /** What it is written as. */
  public NpyType type() {
    return type;
  }

  /** Dimensions, a copy. */
  public int[] shape() {
    return shape.clone();
  }

  int size() {
    return doubles != null ? doubles.length : floats.length;
  }

  boolean hasShape(int[] expected) {
    return Arrays.equals(shape, expected);
  }

  /** Puts the values from index {@code from} on into a little-endian buffer, as many as fit. */
  int put(int from, ByteBuffer target) {
    int count = Math.min(size() - from, target.remaining() / type.itemBytes());
    if (floats != null) {
      target.asFloatBuffer().put(floats, from, count);
    } else if (type == NpyType.F64) {
      target.asDoubleBuffer().put(doubles, from, count);
    } else {
      for (int i = 0; i < count; i++) {
        target.putFloat(target.position() + i * Float.BYTES, (float) doubles[from + i]);
      }
    }
    target.position(target.position() + count * type.itemBytes());
    return count;
  }
}
