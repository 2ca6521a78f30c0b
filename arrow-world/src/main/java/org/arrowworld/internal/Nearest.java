// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** How errors about an unknown name end: what there is, and which of it may have been meant. */
public final class Nearest {
  private static final int SHOWN = 30;

  private Nearest() {}

  /** The names there are, as {@code [a, b]}, and the nearest to a wrong one if any is near. */
  public static String of(String wrong, Collection<String> known) {
    String names = known.stream().limit(SHOWN).collect(Collectors.joining(", "));
    String list = "[" + names + (known.size() > SHOWN ? ", ...]" : "]");
    return list + to(wrong, known);
  }

  /** The nearest of these names as {@code ; did you mean 'a'?}, nothing if none is near. */
  public static String to(String wrong, Collection<String> known) {
    String nearest = nearest(wrong, known);
    return nearest == null ? "" : "; did you mean '" + nearest + "'?";
  }

  private static String nearest(String wrong, Collection<String> known) {
    String given = wrong == null ? "" : wrong.toLowerCase(Locale.ROOT);
    int least = Math.max(1, given.length() / 3) + 1;
    String nearest = null;
    for (String name : known) {
      String whole = name.toLowerCase(Locale.ROOT);
      String part = whole.substring(whole.indexOf('.') + 1); // who asks for x may mean ship.x
      int distance = Math.min(distance(given, whole), distance(given, part));
      if (distance < least && distance < Math.max(given.length(), 1)) {
        least = distance;
        nearest = name;
      }
    }
    return nearest;
  }

  /** How many letters are put in, left out or changed between two words (Levenshtein). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int corner = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = corner + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        corner = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
