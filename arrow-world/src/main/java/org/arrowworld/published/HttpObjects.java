// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** A folder that a web server serves. */
final class HttpObjects implements ObjectSource {
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})");

  private final URI folder;
  private final Patience patience;
  private final HttpClient client;

  HttpObjects(URI address, Patience patience) {
    if (address.getRawQuery() != null
        || address.getRawFragment() != null
        || address.getRawUserInfo() != null) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read a store at %s://%s%s: its files have addresses below it, so it can have no user, query or fragment",
              address.getScheme(), address.getHost(), address.getRawPath()));
    }
    if (address.getHost() == null) {
      throw new InvalidUseException(
          Text.of("Cannot read a store at %s: the address names no host", address));
    }
    String text = address.toString();
    this.folder = URI.create(text.endsWith("/") ? text : text + "/");
    this.patience = patience;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(patience.limit())
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
  }

  @Override
  public String description() {
    return folder.toString();
  }

  @Override
  public Reply get(String name, long from, int length, String version) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address(name))
            .header("Range", Text.of("bytes=%d-%d", from, from + length - 1))
            .header("Accept-Encoding", "identity");
    if (version.startsWith("\"")) { // a strong ETag; a weak one never matches
      request.header("If-Match", version);
    }
    HttpResponse<byte[]> response = send(request.build(), length);
    return reply(name, from, length, response);
  }

  private URI address(String name) throws IOException {
    try {
      String path = new URI(null, null, "/" + name, null).getRawPath();
      return folder.resolve("." + path);
    } catch (URISyntaxException e) {
      throw new RefusedException("it has no address: " + e.getMessage());
    }
  }

  private HttpResponse<byte[]> send(HttpRequest request, int length) throws IOException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, head -> body(head, length));
    Duration limit = patience.limitFor(length);
    try {
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException(Text.of("no answer within %d ms", limit.toMillis()), e);
    } catch (ExecutionException e) {
      String reason = e.getCause().getMessage();
      throw e.getCause() instanceof BoundedBody.TooLongException
          ? new RefusedException(reason)
          : new IOException(reason == null ? e.getCause().toString() : reason, e.getCause());
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  private static HttpResponse.BodySubscriber<byte[]> body(
      HttpResponse.ResponseInfo head, int most) {
    boolean data = head.statusCode() == 200 || head.statusCode() == 206;
    return data ? new BoundedBody(most) : HttpResponse.BodySubscribers.replacing(new byte[0]);
  }

  private static Reply reply(String name, long from, int length, HttpResponse<byte[]> response)
      throws IOException {
    int status = response.statusCode();
    byte[] body = response.body();
    switch (status) {
      case 200 -> {
        if (from > 0) {
          throw new RefusedException(BoundedBody.NO_RANGES);
        }
        return new Reply(body, body.length, version(response.headers()));
      }
      case 206 -> {
        String range = response.headers().firstValue("Content-Range").orElse("");
        Matcher parts = CONTENT_RANGE.matcher(range);
        if (!parts.matches() || Long.parseLong(parts.group(1)) != from) {
          throw new RefusedException(
              Text.of("it answered bytes %d on with Content-Range '%s'", from, range));
        }
        long total = Long.parseLong(parts.group(3));
        if (body.length != Math.min(length, total - from)) {
          throw new IOException(Text.of("%d bytes came of '%s'", body.length, range));
        }
        return new Reply(body, total, version(response.headers()));
      }
      case 404, 410 -> throw new NoSuchFileException(name);
      case 401, 403 -> throw new AccessDeniedException(name, null, "HTTP " + status);
      case 412 -> throw new ReplacedException("HTTP 412, its ETag is another one");
      case 416 -> throw new ReplacedException(Text.of("it ends before byte %d", from));
      case 408, 425, 429 -> throw new IOException("HTTP " + status);
      default -> {
        if (status >= 500) {
          throw new IOException("HTTP " + status);
        }
        throw new RefusedException("HTTP " + status);
      }
    }
  }

  private static String version(HttpHeaders headers) {
    return headers.firstValue("ETag").or(() -> headers.firstValue("Last-Modified")).orElse("");
  }
}
