// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.arrowworld.internal.Text;

/** A web server for a folder, on loopback, which does what it is told to some of the requests. */
final class FaultyServer implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]+)");

  /** What happens to a request. */
  enum Fault {
    NONE,
    UNAVAILABLE,
    CUT,
    SILENT,
    WHOLE_FILES,
    HUGE_TOTAL,
    NO_VERSION
  }

  /** Decides about a request by its number, from 0, since this was set. */
  interface Plan {
    Fault of(int request, String name);
  }

  private final HttpServer server;
  private final Path folder;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Plan plan = (request, name) -> Fault.NONE;
  private long bytes;

  FaultyServer(Path folder) throws IOException {
    this.folder = folder;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/runs/one/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  URI address() {
    InetSocketAddress at = server.getAddress();
    return URI.create(
        Text.of("http://%s:%d/runs/one", at.getAddress().getHostAddress(), at.getPort()));
  }

  /** Forgets the requests so far; later ones are treated so. */
  void plan(Plan newPlan) {
    requests.clear();
    synchronized (this) {
      bytes = 0;
    }
    plan = newPlan;
  }

  /** What was asked for since the last plan: names and ranges. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  /** Bytes that were sent since the last plan. */
  synchronized long bytes() {
    return bytes;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().substring("/runs/one/".length());
    String range = exchange.getRequestHeaders().getFirst("Range");
    Fault fault;
    synchronized (this) {
      fault = plan.of(requests.size(), name);
      requests.add(name + " " + range);
    }
    try (exchange) {
      if (fault == Fault.SILENT) {
        end.await();
        return;
      }
      Path file = folder.resolve(name);
      if (fault == Fault.UNAVAILABLE || !Files.isRegularFile(file)) {
        exchange.sendResponseHeaders(fault == Fault.UNAVAILABLE ? 503 : 404, -1);
        return;
      }
      answer(exchange, Files.readAllBytes(file), range, fault);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(HttpExchange exchange, byte[] content, String range, Fault fault)
      throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    String version = Text.of("\"%08x\"", crc.getValue());
    if (fault != Fault.NO_VERSION) {
      exchange.getResponseHeaders().set("ETag", version);
      String asked = exchange.getRequestHeaders().getFirst("If-Match");
      if (asked != null && !asked.equals(version)) {
        exchange.sendResponseHeaders(412, -1);
        return;
      }
    }
    Matcher parts = RANGE.matcher(range == null ? "" : range);
    byte[] body = content;
    int status = 200;
    if (parts.matches() && fault != Fault.WHOLE_FILES) {
      long from = Long.parseLong(parts.group(1));
      if (from >= content.length) {
        exchange.sendResponseHeaders(416, -1);
        return;
      }
      int to = (int) Math.min(content.length, Long.parseLong(parts.group(2)) + 1);
      body = Arrays.copyOfRange(content, (int) from, to);
      status = 206;
      String total = fault == Fault.HUGE_TOTAL ? "9".repeat(25) : Integer.toString(content.length);
      exchange
          .getResponseHeaders()
          .set("Content-Range", Text.of("bytes %d-%d/%s", from, to - 1, total));
    }
    exchange.sendResponseHeaders(status, body.length);
    int sent = fault == Fault.CUT ? body.length / 2 : body.length;
    synchronized (this) {
      bytes += sent;
    }
    exchange.getResponseBody().write(body, 0, sent);
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
