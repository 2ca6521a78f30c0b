// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Serializable;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;

/**
 * The random id of a store.
 *
 * @param hex 32 lower-case hex digits
 */
public record StoreId(String hex) implements Serializable {
  public StoreId {
    if (!Digits.areHex(hex, 32)) {
      throw new InvalidUseException(
          Text.of("Cannot use '%s' as a store id: expected 32 hex digits", hex));
    }
  }

  /** A new id. */
  public static StoreId random() {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return new StoreId(HexFormat.of().formatHex(bytes));
  }

  /** The 16 bytes. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }
}
