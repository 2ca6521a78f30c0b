// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.util.ArrayList;
import java.util.List;

/** The names of a run's files (F-1). */
final class FieldFiles {
  static final String NPY = ".npy";
  static final String TIMES = "times.npy";
  static final String METADATA = "metadata.json";
  static final String LOCK = "LOCK";
  private static final String VELOCITY = "v_";

  private FieldFiles() {}

  /** The path of a run's file; the empty directory is the storage's root. */
  static String in(String directory, String file) {
    return directory.isEmpty() ? file : directory + "/" + file;
  }

  static String field(String name) {
    return name + NPY;
  }

  static String velocity(String name) {
    return VELOCITY + name + NPY;
  }

  /** All arrays but the times: fields, then velocities. */
  static List<String> arrays(List<String> fields, List<String> velocities) {
    List<String> files = new ArrayList<>();
    fields.forEach(name -> files.add(field(name)));
    velocities.forEach(name -> files.add(velocity(name)));
    return files;
  }
}
