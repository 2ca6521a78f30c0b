// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.io.IOException;
import java.net.URI;

/**
 * A kind of addresses that a module reads and publishes to, found by {@link
 * java.util.ServiceLoader}.
 */
public interface ObjectStoreProvider {

  /** The scheme of its addresses, in lower case: {@code s3}. */
  String scheme();

  /** Reads the store at an address. Asks for nothing yet. */
  ObjectSource source(URI address, Patience patience) throws IOException;

  /** Publishes to an address. */
  PublishTarget target(URI address, Patience patience) throws IOException;
}
