// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.Optional;

/**
 * The declaration of a log key (spec L-3, L-4). Never changes once made.
 *
 * @param code store-wide code, the dictionary index
 * @param name full name, {@code creature.pos_x}
 * @param type type of the value
 * @param kind what such a row says
 * @param defaultBits for values: the pattern a new row starts with
 * @param refersTo the table whose ids the values (or a presence table's rids) are
 */
public record Key(
    int code,
    String name,
    ColumnType type,
    KeyKind kind,
    long defaultBits,
    Optional<String> refersTo) {

  /** How {@code val} carries this key's values. */
  public KeyEncoding encoding() {
    return type.encoding();
  }
}
