// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import org.arrowworld.errors.DamagedFileException;

/** An array whose header is well formed but whose element type is none of {@link NpyType}. */
public final class UnsupportedArrayException extends DamagedFileException {
  private static final long serialVersionUID = 1L;

  UnsupportedArrayException(String file, long offset, String finding) {
    super(file, offset, finding);
  }
}
