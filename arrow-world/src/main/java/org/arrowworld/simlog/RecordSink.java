// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.io.IOException;

/** Receives the records of a scan, value by value. */
interface RecordSink {
  /** A record begins; it has at least one of the wanted values. */
  void begin(long ordinal, long tick) throws IOException;

  /**
   * One value.
   *
   * @param bits as the log's row has it
   * @param word the word of a string, else null
   */
  void value(SimFieldInfo field, ValueKind kind, long bits, String word);

  /** The record is complete. */
  void end() throws IOException;
}
