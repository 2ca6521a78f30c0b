// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.util.List;
import java.util.Map;

/**
 * What came in as a history.
 *
 * @param table its table
 * @param rows rows of the file
 * @param ticks times that occur
 * @param firstTick the first
 * @param lastTick the last
 * @param births entities that came, rebirths included
 * @param triples rows of the log
 * @param renamed columns with other names than they had, in words
 * @param notes what was taken in a way that its owner should know of, in words
 * @param units what the values of columns mean, by {@code table.column}
 * @param unmapped what became no column and is kept in {@code unmapped/}: why, by name
 */
public record HistoryImportResult(
    String table,
    long rows,
    long ticks,
    long firstTick,
    long lastTick,
    long births,
    long triples,
    List<String> renamed,
    List<String> notes,
    Map<String, String> units,
    Map<String, String> unmapped) {}
