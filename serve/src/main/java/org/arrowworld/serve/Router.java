// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.arrowworld.internal.Text;

/** Leads each request to what answers it; whatever goes wrong becomes a typed reply. */
final class Router implements HttpHandler {
  private static final Set<String> NONE = Set.of();
  private static final String API = "/api/runs";
  private static final List<String> NAMES =
      List.of(
          "at", "frames", "play", "series", "life", "lives", "history", "events", "diff", "fields",
          "field", "log", "live", "files");

  private final Guard guard;
  private final ServedRuns runs;
  private final Page page;
  private final ClientWaits patience;
  private final Turns clients;
  private final Turns listeners;
  private final CountDownLatch ending;

  Router(
      Guard guard,
      ServedRuns runs,
      Page page,
      ClientWaits patience,
      Turns clients,
      Turns listeners,
      CountDownLatch ending) {
    this.guard = guard;
    this.runs = runs;
    this.page = page;
    this.patience = patience;
    this.clients = clients;
    this.listeners = listeners;
    this.ending = ending;
  }

  @Override
  public void handle(HttpExchange exchange) {
    patience.requestCame();
    Reply reply = new Reply(exchange, patience);
    try {
      try {
        clients.begin();
        try {
          answer(exchange, reply);
        } finally {
          clients.end();
        }
      } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
        if (reply.isBegun()) {
          throw e;
        }
        reply.problem(Problem.of(e));
      }
      reply.finish();
    } catch (IOException | RuntimeException | Error e) {
      reply.cut(); // the client is gone, or must not take what it has for the whole
    }
  }

  private void answer(HttpExchange exchange, Reply reply) throws IOException {
    guard.checkSource(exchange);
    if (!exchange.getRequestMethod().equals("GET")) {
      reply.header("Allow", "GET");
      throw new Problem(
          405,
          "method_not_allowed",
          Text.of("Cannot %s here: this server only reads, by GET", exchange.getRequestMethod()));
    }
    String path = exchange.getRequestURI().getRawPath();
    if (path.equals("/open")) {
      open(exchange, reply);
    } else if (path.equals(API)) {
      guard.checkData(exchange);
      new RequestQuery(exchange.getRequestURI().getRawQuery(), NONE);
      reply.json(MetaReply.list(runs.all()));
    } else if (path.startsWith(API + "/")) {
      guard.checkData(exchange);
      run(exchange, path.substring(API.length() + 1), reply);
    } else if (!page.send(path, reply)) {
      throw Problem.notFound(Text.of("There is nothing at '%s'", path));
    }
  }

  /** Takes the token out of the address: it becomes a cookie, and the page goes to {@code /}. */
  private void open(HttpExchange exchange, Reply reply) throws IOException {
    RequestQuery asked = new RequestQuery(exchange.getRequestURI().getRawQuery(), Set.of("token"));
    if (!guard.isToken(asked.required("token"))) {
      throw new Problem(
          401, "no_token", "This token is not the server's: open the address that aw printed last");
    }
    reply.header("Set-Cookie", guard.setCookie());
    page.send("/open.html", reply);
  }

  private void run(HttpExchange exchange, String path, Reply reply) throws IOException {
    int slash = path.indexOf('/');
    ServedRun run = runs.run(RequestQuery.decoded(slash < 0 ? path : path.substring(0, slash)));
    String what = slash < 0 ? "" : path.substring(slash + 1);
    String query = exchange.getRequestURI().getRawQuery();
    if (what.startsWith("files/")) {
      new RequestQuery(query, NONE);
      FilesReply.send(
          run,
          RequestQuery.decoded(what.substring("files/".length())),
          Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range")),
          Optional.ofNullable(exchange.getRequestHeaders().getFirst("If-Match")),
          reply);
      return;
    }
    try {
      tell(run, what, query, reply);
    } catch (IOException e) {
      run.renew();
      if (reply.isBegun()) {
        throw e;
      }
      tellAnew(run, what, query, reply);
    } finally {
      runs.trim();
    }
  }

  /** Files may have been merged or replaced under a reader: one that opens them now tells. */
  private void tellAnew(ServedRun run, String what, String query, Reply reply) throws IOException {
    try {
      tell(run, what, query, reply);
    } catch (IOException e) {
      if (!what.isEmpty() || reply.isBegun()) {
        throw e;
      }
      reply.json(MetaReply.damaged(run, e));
    }
  }

  private void tell(ServedRun run, String what, String query, Reply reply) throws IOException {
    switch (what) {
      case "" -> {
        new RequestQuery(query, NONE);
        reply.json(MetaReply.of(run));
      }
      case "at" -> FrameReply.at(run, new RequestQuery(query, FrameReply.AT), reply);
      case "frames" -> FrameReply.frames(run, new RequestQuery(query, FrameReply.PLAY), reply);
      case "play" -> FrameReply.play(run, new RequestQuery(query, FrameReply.PLAY), reply);
      case "series" -> SeriesReply.write(run, new RequestQuery(query, SeriesReply.NAMES), reply);
      case "life" -> LifeReply.life(run, new RequestQuery(query, LifeReply.LIFE), reply);
      case "lives" -> LivesReply.write(run, new RequestQuery(query, LivesReply.NAMES), reply);
      case "history" -> LifeReply.history(run, new RequestQuery(query, LifeReply.HISTORY), reply);
      case "events" -> EventsReply.write(run, new RequestQuery(query, EventsReply.NAMES), reply);
      case "diff" -> DiffReply.write(runs, run, new RequestQuery(query, DiffReply.NAMES), reply);
      case "fields" -> {
        new RequestQuery(query, NONE);
        reply.json(FieldReply.list(run));
      }
      case "field" -> FieldReply.write(run, new RequestQuery(query, FieldReply.NAMES), reply);
      case "log" -> LogReply.write(run, new RequestQuery(query, LogReply.NAMES), reply);
      case "live" -> {
        new RequestQuery(query, NONE);
        LiveReply.follow(run, listeners, ending, reply);
      }
      case "files" -> {
        new RequestQuery(query, NONE);
        FilesReply.list(run, reply);
      }
      default -> throw Problem.notFound(Text.of("A run has no '%s': it has %s", what, NAMES));
    }
  }
}
