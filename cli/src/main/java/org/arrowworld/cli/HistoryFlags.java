// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.HistoryOptions;
import org.arrowworld.imports.HistoryOptions.Absence;
import org.arrowworld.imports.history.TimeGrid;
import picocli.CommandLine.Option;

/** Options of imports of a history. */
final class HistoryFlags {
  @Option(
      names = "--entity",
      paramLabel = "COL",
      description =
          "The column that says who a row is about; with --time, the table becomes a history.")
  private String entity;

  @Option(
      names = "--time",
      paramLabel = "COL",
      description = "The column that says when a row was.")
  private String time;

  @Option(
      names = "--time-as",
      paramLabel = "KIND",
      description = "What times are: tick (default), seconds or iso.")
  private String as;

  @Option(names = "--rate", paramLabel = "R", description = "Ticks a second.")
  private String rate;

  @Option(
      names = "--snap",
      description = "Move a time that lies between two ticks to the nearest one.")
  private boolean snap;

  @Option(names = "--keep", description = "Let those live on who have no row at a time.")
  private boolean keep;

  @Option(
      names = "--first-tick",
      paramLabel = "auto",
      description = "Shift all times so that the first is tick 0.")
  private String first;

  /** Whether a history is asked for. */
  boolean isAsked() {
    if ((entity == null) != (time == null)) {
      throw new UsageException("Cannot make a history with only one of --entity and --time");
    }
    return entity != null;
  }

  /** Of a table whose columns are called so unless the user says otherwise. */
  HistoryOptions options(String who, String when) {
    entity = entity == null ? who : entity;
    time = time == null ? when : time;
    return options();
  }

  HistoryOptions options() {
    try {
      TimeGrid grid =
          TimeGrid.of(as, rate, snap ? TimeGrid.OffGrid.SNAP : TimeGrid.OffGrid.REFUSE, first);
      return new HistoryOptions(entity, time, grid, keep ? Absence.LIVES_ON : Absence.DIES);
    } catch (InvalidUseException e) {
      throw new UsageException(e.getMessage());
    }
  }
}
