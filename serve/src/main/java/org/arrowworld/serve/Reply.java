// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.arrowworld.internal.json.Json;

/** The reply to one request: headers that every reply has, and one body. */
final class Reply {
  static final String ARROW = "application/vnd.apache.arrow.stream";

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
          + " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  private final HttpExchange exchange;
  private final ClientWaits patience;
  private OutputStream body = OutputStream.nullOutputStream();
  private boolean begun;

  Reply(HttpExchange exchange, ClientWaits patience) {
    this.exchange = exchange;
    this.patience = patience;
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Security-Policy", POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
  }

  /** Says of which history it is: a number that changes whenever the run becomes another store. */
  void of(ServedRun.Lease lease) {
    header("Aw-Epoch", Integer.toString(lease.epoch()));
  }

  void header(String name, String value) {
    exchange.getResponseHeaders().set(name, value);
  }

  /** Whether headers were sent: then nothing else can be said. */
  boolean isBegun() {
    return begun;
  }

  void json(Object tree) throws IOException {
    json(200, tree);
  }

  void json(int status, Object tree) throws IOException {
    bytes(
        status,
        "application/json; charset=utf-8",
        Json.write(tree).getBytes(StandardCharsets.UTF_8));
  }

  void problem(Problem problem) throws IOException {
    if (problem.status() == 503) {
      header("Retry-After", "1");
    }
    json(problem.status(), problem.json());
  }

  void bytes(int status, String type, byte[] content) throws IOException {
    begin(status, type, content.length).write(content);
  }

  /** A body of a known length, to be written and left open. */
  OutputStream begin(int status, String type, long lengthBytes) throws IOException {
    header("Content-Type", type);
    begun = true;
    exchange.sendResponseHeaders(status, lengthBytes == 0 ? -1 : lengthBytes);
    body =
        lengthBytes == 0
            ? OutputStream.nullOutputStream()
            : patience.limited(exchange.getResponseBody());
    return body;
  }

  /** A body whose length is not known before, to be written and left open. */
  OutputStream stream(String type) throws IOException {
    header("Content-Type", type);
    begun = true;
    exchange.sendResponseHeaders(200, 0);
    body = patience.limited(exchange.getResponseBody());
    return body;
  }

  /** Ends the reply: all of it was written. */
  void finish() throws IOException {
    body.close();
    patience.during(exchange::close); // which takes what is left of the request
  }

  /** Ends a reply that broke off so that the client sees that: the connection is cut. */
  void cut() {
    Thread.currentThread().interrupt(); // a channel that is written to then closes at once
    try {
      exchange.close();
    } finally {
      Thread.interrupted();
    }
  }
}
