// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.s3;

import java.net.URI;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * Where a store is.
 *
 * @param bucket the bucket's name
 * @param folder what the keys of its files begin with: empty, or ending in {@code /}
 */
record S3Place(String bucket, String folder) {

  /** The place that an address means; what is encoded in it by {@code %} is decoded. */
  static S3Place of(URI address) {
    String bucket = address.getAuthority();
    if (bucket == null
        || bucket.indexOf('@') >= 0
        || bucket.indexOf(':') >= 0
        || address.getRawQuery() != null
        || address.getRawFragment() != null) {
      String shown = bucket == null ? "" : bucket.substring(bucket.lastIndexOf('@') + 1);
      throw new InvalidUseException(
          Text.of(
              "Cannot use s3://%s%s as the address of a store: expected s3://bucket/prefix, without user, port, query or fragment; the endpoint is given by AWS_ENDPOINT_URL_S3, credentials as for every tool of AWS",
              shown, address.getRawPath() == null ? "" : address.getRawPath()));
    }
    String folder = address.getPath();
    folder = folder.startsWith("/") ? folder.substring(1) : folder;
    while (folder.endsWith("/")) {
      folder = folder.substring(0, folder.length() - 1);
    }
    return new S3Place(bucket, folder.isEmpty() ? "" : folder + "/");
  }

  String key(String name) {
    return folder + name;
  }

  @Override
  public String toString() {
    return "s3://" + bucket + "/" + folder;
  }
}
