// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.util.Map;

/**
 * All fields and velocities of a run at one time, by name.
 *
 * @param fields one array per field
 * @param velocities one array per velocity, under the name of its field
 */
public record FieldSnapshot(Map<String, FieldArray> fields, Map<String, FieldArray> velocities) {
  /** A snapshot of a run without velocities. */
  public static FieldSnapshot of(Map<String, FieldArray> fields) {
    return new FieldSnapshot(fields, Map.of());
  }
}
