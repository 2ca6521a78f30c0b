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
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** A folder that a web server serves. */
final class HttpObjects implements ObjectSource {
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
    if (status != 200 && status != 206) {
      throw RangeAnswer.failure(status, "HTTP " + status, name, from);
    }
    Optional<String> range =
        status == 200
            ? Optional.empty()
            : Optional.of(response.headers().firstValue("Content-Range").orElse(""));
    return RangeAnswer.reply(range, response.body(), from, length, version(response.headers()));
  }

  private static String version(HttpHeaders headers) {
    return headers.firstValue("ETag").or(() -> headers.firstValue("Last-Modified")).orElse("");
  }
}
