// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.values;

/** Names of columns: what a store can have (spec S-9), and how {@code --columns} says them. */
public final class ColumnNames {
  /** Characters of a name. */
  public static final int MAX_CHARS = 100;

  /** The name in a mapping that leaves a column out. */
  public static final String LEFT_OUT = "_";

  private ColumnNames() {}

  /** A name with everything replaced that is not allowed. */
  public static String valid(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9_#-]", "_");
    String begun = plain.isEmpty() || Character.isDigit(plain.charAt(0)) ? "_" + plain : plain;
    return begun.length() > MAX_CHARS ? begun.substring(0, MAX_CHARS) : begun;
  }

  /** A source's name as it is written in a mapping. */
  public static String quoted(String name) {
    boolean plain = !name.isEmpty() && name.equals(name.strip());
    for (int i = 0; i < name.length(); i++) {
      plain &= ",:?\"".indexOf(name.charAt(i)) < 0;
    }
    return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  /**
   * What to write on a command line to say more about a column.
   *
   * @param more what follows its name, as {@code :f64} or {@code ?0}
   */
  public static String advice(String name, String more) {
    String kept = valid(name);
    String mapping = (kept.equals(LEFT_OUT) ? "__" : kept) + "=" + quoted(name) + more;
    return "--columns '" + mapping.replace("'", "'\\''") + "'";
  }
}
