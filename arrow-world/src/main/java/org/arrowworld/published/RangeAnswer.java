// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.arrowworld.internal.Text;

/** What an answer to GET with Range means, for every {@link ObjectSource} that speaks HTTP. */
public final class RangeAnswer {
  static final String NO_RANGES =
      "the server sends whole files and no parts of them (Range); serve the store with one that does, as most do";

  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})");

  private RangeAnswer() {}

  /**
   * What came.
   *
   * @param contentRange the reply's Content-Range; empty if it holds all of the object
   * @param body what it holds; one that is longer than what was asked for may be cut to one byte
   *     more than that
   * @param from first byte that was asked for
   * @param length how many were asked for
   * @param version the reply's ETag, or what else tells versions apart; may be empty
   * @throws ObjectSource.RefusedException if the server gives no parts
   * @throws IOException if the reply was cut
   */
  public static ObjectSource.Reply reply(
      Optional<String> contentRange, byte[] body, long from, int length, String version)
      throws IOException {
    if (body.length > length || (contentRange.isEmpty() && from > 0)) {
      throw new ObjectSource.RefusedException(NO_RANGES);
    }
    if (contentRange.isEmpty()) {
      return new ObjectSource.Reply(body, body.length, version);
    }
    Matcher parts = CONTENT_RANGE.matcher(contentRange.get());
    if (!parts.matches() || Long.parseLong(parts.group(1)) != from) {
      throw new ObjectSource.RefusedException(
          Text.of("it answered bytes %d on with Content-Range '%s'", from, contentRange.get()));
    }
    long total = Long.parseLong(parts.group(3));
    if (body.length != Math.min(length, total - from)) {
      throw new IOException(Text.of("%d bytes came of '%s'", body.length, contentRange.get()));
    }
    return new ObjectSource.Reply(body, total, version);
  }

  /**
   * The error that a status means.
   *
   * @param status of HTTP, other than 200 and 206
   * @param said the status in words, with what else the server said
   * @param name of the object
   * @param from first byte that was asked for
   */
  public static IOException failure(int status, String said, String name, long from) {
    return switch (status) {
      case 404, 410 -> new NoSuchFileException(name);
      case 401, 403 -> new AccessDeniedException(name, null, said);
      case 412 -> new ObjectSource.ReplacedException(said + ", its ETag is another one");
      case 416 -> new ObjectSource.ReplacedException(Text.of("it ends before byte %d", from));
      case 408, 425, 429 -> new IOException(said);
      default -> status >= 500 ? new IOException(said) : new ObjectSource.RefusedException(said);
    };
  }
}
