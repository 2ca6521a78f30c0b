// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;

/** A sound value that the column's type in a table cannot hold; the message says which and why. */
public final class UnfitValueException extends IOException {
  private static final long serialVersionUID = 1L;

  UnfitValueException(String message) {
    super(message);
  }
}
