// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.errors;

import java.io.IOException;
import org.arrowworld.internal.Text;

/** There is no store where one was to be opened. */
public final class StoreNotFoundException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param place where it was looked for
   */
  public StoreNotFoundException(String place) {
    super(
        Text.of(
            "Cannot open a store in %s: there is no such file as store.json in it; check the path, or begin a store there with LiveWorld.create",
            place));
  }

  private StoreNotFoundException(String place, String missing) {
    super(
        Text.of(
            "Cannot open a store at %s: there is no %s; check the address, and publish the store there with aw publish",
            place, missing));
  }

  /** No published store is where one was to be opened. */
  public static StoreNotFoundException published(String address, String missing) {
    return new StoreNotFoundException(address, missing);
  }
}
