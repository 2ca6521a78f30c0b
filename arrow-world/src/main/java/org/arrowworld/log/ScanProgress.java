// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

/** Is told how far a scan of a log is, in the thread that scans, after each batch. */
public interface ScanProgress {
  /** Tells nobody. */
  ScanProgress NONE = (rows, of) -> {};

  /**
   * A batch was scanned.
   *
   * @param rows rows of the log up to the batch's end, those before the scan's first included
   * @param of rows of the log
   */
  void scanned(long rows, long of);
}
