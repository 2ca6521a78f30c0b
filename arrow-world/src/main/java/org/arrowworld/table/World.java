// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

/**
 * A past state of a world, in memory of its own: views of it are valid until it is closed, which
 * gives the memory back.
 */
public interface World extends WorldView, AutoCloseable {

  /** Gives the memory back. Idempotent. */
  @Override
  void close();
}
