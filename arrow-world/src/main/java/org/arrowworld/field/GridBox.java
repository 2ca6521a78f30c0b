// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.util.Arrays;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * A box of grid points, {@code [from, to)} on each axis. Immutable.
 *
 * @see FieldSnapshots#fieldSlab
 */
public final class GridBox {
  private final int[] from;
  private final int[] to;

  private GridBox(int[] from, int[] to) {
    this.from = from;
    this.to = to;
  }

  /** All points of a grid, to be narrowed by {@link #range}. */
  public static GridBox all(int... gridShape) {
    return new GridBox(new int[gridShape.length], gridShape.clone());
  }

  /** The same box with another range on one axis. */
  public GridBox range(int axis, int newFrom, int newTo) {
    if (axis < 0 || axis >= from.length || newFrom < 0 || newFrom >= newTo) {
      throw new InvalidUseException(
          Text.of(
              "Cannot take [%d, %d) on axis %d of a box of %d axes",
              newFrom, newTo, axis, from.length));
    }
    GridBox box = new GridBox(from.clone(), to.clone());
    box.from[axis] = newFrom;
    box.to[axis] = newTo;
    return box;
  }

  /** The same box with one plane of an axis; the axis stays, with one point. */
  public GridBox plane(int axis, int index) {
    return range(axis, index, index + 1);
  }

  void requireInside(int[] gridShape) {
    boolean inside = from.length == gridShape.length;
    for (int axis = 0; inside && axis < from.length; axis++) {
      inside = to[axis] <= gridShape[axis];
    }
    if (!inside) {
      throw new InvalidUseException(
          Text.of("Cannot read the box %s of a grid of %s", this, Arrays.toString(gridShape)));
    }
  }

  int from(int axis) {
    return from[axis];
  }

  int size(int axis) {
    return to[axis] - from[axis];
  }

  long[] shape() {
    long[] shape = new long[from.length];
    Arrays.setAll(shape, this::size);
    return shape;
  }

  @Override
  public String toString() {
    return Arrays.toString(from) + " to " + Arrays.toString(to);
  }
}
