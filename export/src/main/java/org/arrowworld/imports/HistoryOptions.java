// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import org.arrowworld.imports.history.TimeGrid;

/**
 * How a table is a history (spec T-50).
 *
 * @param entity the column that says who
 * @param time the column that says when
 * @param grid how times become ticks
 * @param absence what becomes of an entity without a row at a time
 */
public record HistoryOptions(String entity, String time, TimeGrid grid, Absence absence) {
  /** What becomes of an entity without a row at a time. */
  public enum Absence {
    DIES,
    LIVES_ON
  }

  /** The same with a rate that the source named. */
  HistoryOptions withRate(java.math.BigDecimal rate) {
    return new HistoryOptions(
        entity, time, new TimeGrid(grid.as(), rate, grid.offGrid(), grid.first()), absence);
  }
}
