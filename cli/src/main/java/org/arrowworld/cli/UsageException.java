// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

/** The command line makes no sense: exit 2. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
