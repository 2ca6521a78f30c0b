// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import org.arrowworld.internal.Text;

/** Which entry names are allowed, in archives written and in archives read. */
final class ZipNames {
  static final String NPY = ".npy";
  private static final int MAX_BYTES = 0xFFFF;

  private ZipNames() {}

  /** What is wrong with a name, or null. */
  static String complaint(String name) {
    if (name.isEmpty()) {
      return "it is empty";
    }
    if (name.length() > MAX_BYTES / 3) {
      return Text.of("it is longer than %d characters", MAX_BYTES / 3);
    }
    if (name.indexOf('\\') >= 0) {
      return "it has a backslash";
    }
    if (name.startsWith("/") || name.matches("[A-Za-z]:.*")) {
      return "it is an absolute path";
    }
    for (String part : name.split("/", -1)) {
      if (part.equals("..") || part.equals(".") || part.isEmpty()) {
        return "it has an empty, '.' or '..' part";
      }
    }
    if (name.codePoints().anyMatch(c -> c < 32 || c == 127 || isLoneSurrogate(c))) {
      return "it has control characters or a surrogate alone";
    }
    return null;
  }

  private static boolean isLoneSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  /** Safe to print: what is not printable ASCII is replaced. */
  static String shown(String name) {
    String cut = name.length() > 80 ? name.substring(0, 80) + "..." : name;
    return cut.replaceAll("[^ -~]", "?");
  }
}
