// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.errors;

import java.io.IOException;
import org.arrowworld.internal.Text;

/** The file is sound but of a format or schema version this release does not know. */
public final class UnsupportedVersionException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnsupportedVersionException(String file, String what, long found, String known) {
    super(
        Text.of(
            "Cannot read %s: %s %d is not known to this release (it knows %s); use a newer release",
            file, what, found, known));
  }
}
