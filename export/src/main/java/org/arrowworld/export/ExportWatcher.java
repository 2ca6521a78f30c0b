// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import java.io.IOException;

/** Is told how far an export is, and may end it. Called in the thread that exports. */
public interface ExportWatcher {
  /** Tells nobody. */
  ExportWatcher NONE = new ExportWatcher() {};

  /**
   * A part of the export begins.
   *
   * @param rows how many rows it has, or more
   */
  default void begins(long rows) {}

  /**
   * Rows were written.
   *
   * @param rows how many since the last call
   * @throws IOException to end the export, as a failure does: nothing appears at its output
   */
  default void wrote(long rows) throws IOException {}

  /** The part that began last has ended, or failed. */
  default void ends() {}

  /** Something worth telling a person. */
  default void note(String text) {}
}
