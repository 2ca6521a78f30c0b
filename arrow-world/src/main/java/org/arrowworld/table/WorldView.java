// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

import java.util.List;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.WorldSchema;

/** A world at a tick, for reading: nothing here can change it. */
public interface WorldView {

  /** The tables' shapes. */
  WorldSchema schema();

  /** The last tick applied, -1 before the first. */
  long tick();

  /** The tables in schema order. */
  List<? extends TableView> tables();

  /**
   * A table by name.
   *
   * @throws org.arrowworld.errors.InvalidUseException if there is none; the message says which are
   */
  TableView table(String name);

  /** The words of string columns. */
  Codebook codebook();
}
