// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an import of tables brought in.
 *
 * @param tick the tick of the state
 * @param schemaVersion its schema version
 * @param rows rows by table
 * @param renamed columns with other names than they had, in words
 * @param leftOut columns left out as the mapping says, in words
 * @param notes what was taken in a way that its owner should know of, in words
 * @param units what the values of columns mean, by {@code table.column}
 * @param unmapped what became no column and is kept in {@code unmapped/}: why, by name
 * @param hashWorld {@code hash_world} of the state
 */
public record TableImportResult(
    long tick,
    int schemaVersion,
    Map<String, Integer> rows,
    List<String> renamed,
    List<String> leftOut,
    List<String> notes,
    Map<String, String> units,
    Map<String, String> unmapped,
    String hashWorld) {

  public TableImportResult {
    rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
    units = Collections.unmodifiableMap(new LinkedHashMap<>(units));
    unmapped = Collections.unmodifiableMap(new LinkedHashMap<>(unmapped));
  }

  /** Whether everything became part of a table, or was left out as asked. */
  public boolean isComplete() {
    return unmapped.isEmpty();
  }
}
