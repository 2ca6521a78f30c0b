// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.util.List;

/**
 * Where an entity came from and what came of it.
 *
 * @param self its own life
 * @param ancestors its parent, that one's parent, and so on, as far as the log tells
 * @param children in order of birth
 */
public record Family(Life self, List<Life> ancestors, List<Life> children) {

  /** For people: a line each. */
  @Override
  public String toString() {
    StringBuilder lines = new StringBuilder(self.toString());
    ancestors.forEach(life -> lines.append("\n  ancestor ").append(life));
    children.forEach(life -> lines.append("\n  child ").append(life));
    return lines.toString();
  }
}
