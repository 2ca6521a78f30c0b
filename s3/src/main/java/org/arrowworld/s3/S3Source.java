// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.s3;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.arrowworld.internal.Text;
import org.arrowworld.published.ObjectSource;
import org.arrowworld.published.Patience;
import org.arrowworld.published.RangeAnswer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;

/** A published store in S3: GetObject with Range and If-Match, and no other request. */
final class S3Source implements ObjectSource {
  private static final int PIECE_BYTES = 64 << 10;

  private final S3Place place;
  private final S3Client client;
  private final Patience patience;

  S3Source(S3Place place, S3Client client, Patience patience) {
    this.place = place;
    this.client = client;
    this.patience = patience;
  }

  @Override
  public Reply get(String name, long from, int length, String version) throws IOException {
    GetObjectRequest.Builder request =
        GetObjectRequest.builder()
            .bucket(place.bucket())
            .key(place.key(name))
            .range(Text.of("bytes=%d-%d", from, from + length - 1));
    if (!version.isEmpty()) {
      request.ifMatch(version);
    }
    try {
      return client.getObject(
          request.build(),
          (head, body) ->
              RangeAnswer.reply(
                  Optional.ofNullable(head.contentRange()),
                  bytes(body, length),
                  from,
                  length,
                  head.eTag() == null ? "" : head.eTag()));
    } catch (SdkException e) {
      throw S3Failures.of(e, name, from);
    }
  }

  /** The body, to one byte more than what was asked for; not longer than may be waited. */
  private byte[] bytes(InputStream body, int length) throws IOException {
    Duration limit = patience.limitFor(length);
    long begun = System.nanoTime();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] piece = new byte[PIECE_BYTES];
    while (bytes.size() <= length) {
      int count = body.read(piece, 0, Math.min(piece.length, length + 1 - bytes.size()));
      if (count < 0) {
        break;
      }
      bytes.write(piece, 0, count);
      if (System.nanoTime() - begun > limit.toNanos()) {
        throw new IOException(Text.of("no answer within %d ms", limit.toMillis()));
      }
    }
    return bytes.toByteArray();
  }

  @Override
  public String description() {
    return place.toString();
  }

  @Override
  public void close() {
    client.close();
  }
}
