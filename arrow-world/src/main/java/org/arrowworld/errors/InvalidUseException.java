// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.errors;

/**
 * The caller asked for something the API does not allow: an unknown table, a value that does not
 * fit, a stale reference, a mutation outside a tick. Nothing was changed.
 *
 * <p>The message names table, column and value where there are any.
 */
public final class InvalidUseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidUseException(String message) {
    super(message);
  }

  public InvalidUseException(String message, Throwable cause) {
    super(message, cause);
  }
}
