// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

/**
 * A square whose opposite edges touch.
 *
 * @param size length of its side
 */
record Torus(double size) {

  /** The coordinate in [0, size) that a coordinate stands for. */
  float wrap(double coordinate) {
    float wrapped = (float) (coordinate - size * Math.floor(coordinate / size));
    return wrapped < size ? wrapped : 0;
  }

  /** The shortest way that a difference of two wrapped coordinates stands for. */
  double shortest(double difference) {
    if (difference > size / 2) {
      return difference - size;
    }
    return difference < -size / 2 ? difference + size : difference;
  }
}
