// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.s3;

import java.net.URI;
import org.arrowworld.published.ObjectSource;
import org.arrowworld.published.ObjectStoreProvider;
import org.arrowworld.published.Patience;
import org.arrowworld.published.PublishTarget;

/**
 * Knows {@code s3://bucket/prefix}. Being on the class path is enough: {@code Store.open(URI)},
 * {@code Store.publish(URI)} and {@code aw publish} find it. Endpoint, region and credentials are
 * found as the AWS SDK finds them: in the environment, system properties, a profile, or the machine
 * it runs on; never in an address.
 */
public final class S3Provider implements ObjectStoreProvider {
  @Override
  public String scheme() {
    return "s3";
  }

  @Override
  public ObjectSource source(URI address, Patience patience) {
    S3Place place = S3Place.of(address);
    return new S3Source(place, S3Clients.reading(patience), patience);
  }

  @Override
  public PublishTarget target(URI address, Patience patience) {
    S3Place place = S3Place.of(address);
    return new S3Target(place, S3Clients.writing(patience));
  }
}
