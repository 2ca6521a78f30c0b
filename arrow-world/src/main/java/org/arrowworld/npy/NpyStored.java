// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.IOException;
import java.util.Optional;

/**
 * An array of times or halves, as the integers it is stored as.
 *
 * @param array its bytes as {@code i64} or {@code u16}
 * @param dtype NumPy's name of its type without the byte order: {@code M8[ns]}, {@code m8[us]},
 *     {@code f2}
 */
public record NpyStored(NpyArray array, String dtype) {

  /** Reads one; empty if the array is of another type. */
  static Optional<NpyStored> read(NpySource source) throws IOException {
    NpyHeaderParser.StoredHeader found = NpyHeader.parser(source).parseStored();
    if (found == null) {
      return Optional.empty();
    }
    found.header().checkSize(source.name(), source.sizeBytes(), TrailingBytes.REFUSE);
    return Optional.of(new NpyStored(NpyDecoder.read(source, found.header()), found.dtype()));
  }
}
