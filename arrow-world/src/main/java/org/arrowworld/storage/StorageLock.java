// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.Closeable;
import java.io.IOException;

/** A lock file that is held; closing lets it go and empties it. */
public interface StorageLock extends Closeable {

  /**
   * Whether the file still had the text of a holder when it was taken: that one ended without
   * letting it go.
   */
  boolean wasLeft();

  /** Makes the holder's text survive a power loss. */
  void force() throws IOException;
}
