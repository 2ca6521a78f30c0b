// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.Arrays;
import org.arrowworld.table.TableView;

/**
 * A uniform grid over the food of a tick, for finding what lies near a path. Cells list food slots
 * in ascending order.
 */
final class FoodGrid {
  private static final int MAX_CELLS_PER_SIDE = 1024;

  private final Torus torus;
  private final int side;
  private final double cell;
  private final int[] starts;
  private int[] slots = new int[0];
  private int[] cells = new int[0];
  private int rows;
  float[] x = new float[0];
  float[] y = new float[0];

  /**
   * @param smallestCell no cell is smaller; best the longest path
   */
  FoodGrid(Torus torus, double smallestCell) {
    this.torus = torus;
    this.side = (int) Math.max(1, Math.min(MAX_CELLS_PER_SIDE, torus.size() / smallestCell));
    this.cell = torus.size() / side;
    this.starts = new int[side * side + 1];
  }

  /** Takes the positions of all food. */
  void fill(TableView food) {
    rows = food.rows();
    if (x.length < rows) {
      int capacity = Math.max(rows, x.length * 2);
      x = new float[capacity];
      y = new float[capacity];
      slots = new int[capacity];
      cells = new int[capacity];
    }
    TickPlan.copy(food, "pos_x", x);
    TickPlan.copy(food, "pos_y", y);
    Arrays.fill(starts, 0);
    for (int slot = 0; slot < rows; slot++) {
      cells[slot] = column(y[slot]) * side + column(x[slot]);
      starts[cells[slot] + 1]++;
    }
    for (int i = 0; i < side * side; i++) {
      starts[i + 1] += starts[i];
    }
    for (int slot = rows - 1; slot >= 0; slot--) {
      slots[--starts[cells[slot] + 1]] = slot;
    }
    // Each start now stands one place too high: shift them down.
    System.arraycopy(starts, 1, starts, 0, side * side);
    starts[side * side] = rows;
  }

  private int column(double coordinate) {
    return Math.min(side - 1, (int) (coordinate / cell));
  }

  /** Takes food slots. */
  interface Visitor {
    void visit(int foodSlot);
  }

  /** Visits at least the food in a box, which may reach over the edges; some perhaps twice. */
  void visit(double x0, double y0, double x1, double y1, Visitor visitor) {
    int left = (int) Math.floor(x0 / cell);
    int top = (int) Math.floor(y0 / cell);
    int right = (int) Math.min(Math.floor(x1 / cell), left + side - 1.0);
    int bottom = (int) Math.min(Math.floor(y1 / cell), top + side - 1.0);
    for (int row = top; row <= bottom; row++) {
      int base = Math.floorMod(row, side) * side;
      for (int column = left; column <= right; column++) {
        int at = base + Math.floorMod(column, side);
        for (int i = starts[at]; i < starts[at + 1]; i++) {
          visitor.visit(slots[i]);
        }
      }
    }
  }

  /**
   * When a point that moves straight on first comes within reach of a food row.
   *
   * @return seconds, infinite if that is not before {@code limit}
   */
  double reached(int foodSlot, Path path, double reach, double limit) {
    double dx = torus.shortest(path.x - x[foodSlot]);
    double dy = torus.shortest(path.y - y[foodSlot]);
    double c = dx * dx + dy * dy - reach * reach;
    if (c <= 0) {
      return 0;
    }
    double b = dx * path.velocityX + dy * path.velocityY;
    double a = path.velocityX * path.velocityX + path.velocityY * path.velocityY;
    double discriminant = b * b - a * c;
    if (b >= 0 || discriminant < 0) {
      return Double.POSITIVE_INFINITY;
    }
    double seconds = (-b - Math.sqrt(discriminant)) / a;
    return seconds < limit ? Math.max(0, seconds) : Double.POSITIVE_INFINITY;
  }

  /** Where a point starts, and how it moves. */
  record Path(double x, double y, double velocityX, double velocityY) {}
}
