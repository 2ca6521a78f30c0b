// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.arrowworld.internal.Text;

/**
 * What of S3's protocol this module speaks, in memory and on loopback: objects in one bucket,
 * conditions, parts, lists by pages of three. It does what it is told to some of the requests.
 * Signatures are not looked at; S3ProxyTest asks a server of others.
 */
final class FakeS3 implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]+)");
  private static final Pattern BUCKET = Pattern.compile("/bucket/?(.*)");
  private static final int PAGE = 3;

  /** What happens to a request. */
  enum Fault {
    NONE,
    UNAVAILABLE,
    CUT,
    SILENT,
    FORBIDDEN,
    /** It is done, and the answer says that it was not. */
    LOST,
    NO_CONDITIONS,
    WHOLE_OBJECTS
  }

  /** Decides about a request by its number, from 0, since this was set. */
  interface Plan {
    Fault of(int request, String what);
  }

  final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final Map<String, Map<Integer, byte[]>> uploads = new HashMap<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Plan plan = (request, what) -> Fault.NONE;
  private long sent;

  FakeS3() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  URI endpoint() {
    InetSocketAddress at = server.getAddress();
    return URI.create(Text.of("http://%s:%d", at.getAddress().getHostAddress(), at.getPort()));
  }

  /** Forgets the requests so far; later ones are treated so. */
  synchronized void plan(Plan newPlan) {
    requests.clear();
    sent = 0;
    plan = newPlan;
  }

  /** What was asked for since the last plan: method, key and range. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  /** What tells each object's bytes from others, by key. */
  Map<String, String> tags() {
    Map<String, String> tags = new TreeMap<>();
    objects.forEach((key, content) -> tags.put(key, tag(content)));
    return tags;
  }

  /** Bytes of objects that were sent since the last plan. */
  synchronized long sentBytes() {
    return sent;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Matcher path = BUCKET.matcher(exchange.getRequestURI().getPath());
      if (!path.matches()) {
        fail(exchange, 404, "NoSuchBucket");
        return;
      }
      Request request = new Request(exchange, path.group(1), query(exchange), body);
      String range = request.header("Range");
      String what =
          (exchange.getRequestMethod() + " " + request.key + (range == null ? "" : " " + range))
              .strip();
      Fault fault;
      synchronized (this) {
        fault = plan.of(requests.size(), what);
        requests.add(what);
      }
      answer(request, fault);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(Request request, Fault fault) throws IOException, InterruptedException {
    switch (fault) {
      case SILENT -> end.await();
      case UNAVAILABLE -> fail(request.exchange, 503, "SlowDown");
      case FORBIDDEN -> fail(request.exchange, 403, "AccessDenied");
      default -> {
        switch (request.exchange.getRequestMethod()) {
          case "GET" -> {
            if (request.query.containsKey("list-type")) {
              list(request);
            } else {
              get(request, fault);
            }
          }
          case "HEAD" ->
              request.exchange.sendResponseHeaders(
                  objects.containsKey(request.key) ? 200 : 404, -1);
          case "PUT" -> put(request, fault);
          case "POST" -> post(request, fault);
          case "DELETE" -> {
            uploads.remove(request.query.get("uploadId"));
            request.exchange.sendResponseHeaders(204, -1);
          }
          default -> fail(request.exchange, 405, "MethodNotAllowed");
        }
      }
    }
  }

  private static final class Request {
    private final HttpExchange exchange;
    private final String key;
    private final Map<String, String> query;
    private final byte[] body;

    Request(HttpExchange exchange, String key, Map<String, String> query, byte[] body) {
      this.exchange = exchange;
      this.key = key;
      this.query = query;
      this.body = body;
    }

    String header(String name) {
      return exchange.getRequestHeaders().getFirst(name);
    }
  }

  private static Map<String, String> query(HttpExchange exchange) {
    Map<String, String> query = new HashMap<>();
    String text = exchange.getRequestURI().getQuery();
    for (String part : text == null ? new String[0] : text.split("&")) {
      String[] pair = part.split("=", 2);
      query.put(pair[0], pair.length < 2 ? "" : pair[1]);
    }
    return query;
  }

  static String tag(byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    return Text.of("\"%08x\"", crc.getValue());
  }

  private void get(Request request, Fault fault) throws IOException {
    byte[] content = objects.get(request.key);
    if (content == null) {
      fail(request.exchange, 404, "NoSuchKey");
      return;
    }
    String asked = request.header("If-Match");
    if (asked != null && !asked.equals(tag(content))) {
      fail(request.exchange, 412, "PreconditionFailed");
      return;
    }
    request.exchange.getResponseHeaders().set("ETag", tag(content));
    Matcher parts = RANGE.matcher(request.header("Range") == null ? "" : request.header("Range"));
    byte[] body = content;
    int status = 200;
    if (parts.matches() && fault != Fault.WHOLE_OBJECTS) {
      long from = Long.parseLong(parts.group(1));
      if (from >= content.length) {
        fail(request.exchange, 416, "InvalidRange");
        return;
      }
      int to = (int) Math.min(content.length, Long.parseLong(parts.group(2)) + 1);
      body = Arrays.copyOfRange(content, (int) from, to);
      status = 206;
      request
          .exchange
          .getResponseHeaders()
          .set("Content-Range", Text.of("bytes %d-%d/%d", from, to - 1, content.length));
    }
    int count = fault == Fault.CUT ? body.length / 2 : body.length;
    synchronized (this) {
      sent += count;
    }
    request.exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    request.exchange.getResponseBody().write(body, 0, count);
  }

  private void put(Request request, Fault fault) throws IOException {
    byte[] body = request.body;
    if (request.query.containsKey("uploadId")) {
      uploads
          .get(request.query.get("uploadId"))
          .put(Integer.valueOf(request.query.get("partNumber")), body);
      request.exchange.getResponseHeaders().set("ETag", tag(body));
      request.exchange.sendResponseHeaders(200, -1);
      return;
    }
    String crc = request.header("x-amz-checksum-crc32");
    String found = "\"" + hex(crc) + "\"";
    if (!found.equals(tag(body))) {
      fail(request.exchange, 400, "BadDigest");
      return;
    }
    finish(request, fault, body, "");
  }

  private static String hex(String base64) {
    StringBuilder hex = new StringBuilder();
    for (byte b : Base64.getDecoder().decode(base64)) {
      hex.append(Text.of("%02x", b));
    }
    return hex.toString();
  }

  private void post(Request request, Fault fault) throws IOException {
    if (request.query.containsKey("uploads")) {
      String id = "upload-" + uploads.size();
      uploads.put(id, new HashMap<>());
      answer(
          request.exchange,
          Text.of(
              "<InitiateMultipartUploadResult><UploadId>%s</UploadId></InitiateMultipartUploadResult>",
              id));
      return;
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    Map<Integer, byte[]> parts = uploads.get(request.query.get("uploadId"));
    for (int number = 1; number <= parts.size(); number++) {
      whole.writeBytes(parts.get(number));
    }
    finish(
        request,
        fault,
        whole.toByteArray(),
        "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>");
  }

  /** An object comes to be, if the request's condition holds. */
  private void finish(Request request, Fault fault, byte[] content, String answer)
      throws IOException {
    String condition = request.header("If-None-Match");
    if (condition != null && fault == Fault.NO_CONDITIONS) {
      fail(request.exchange, 501, "NotImplemented");
      return;
    }
    if (condition != null && objects.containsKey(request.key)) {
      fail(request.exchange, 412, "PreconditionFailed");
      return;
    }
    objects.put(request.key, content);
    if (fault == Fault.LOST) {
      fail(request.exchange, 500, "InternalError");
      return;
    }
    request.exchange.getResponseHeaders().set("ETag", tag(content));
    if (answer.isEmpty()) {
      request.exchange.sendResponseHeaders(200, -1);
    } else {
      answer(request.exchange, answer);
    }
  }

  private void list(Request request) throws IOException {
    String prefix = request.query.getOrDefault("prefix", "");
    String after = request.query.getOrDefault("continuation-token", "");
    List<String> keys = new ArrayList<>();
    objects.keySet().stream()
        .filter(key -> key.startsWith(prefix) && key.compareTo(after) > 0)
        .forEach(keys::add);
    boolean more = keys.size() > PAGE;
    List<String> page = more ? keys.subList(0, PAGE) : keys;
    StringBuilder xml = new StringBuilder("<ListBucketResult>");
    xml.append(Text.of("<IsTruncated>%s</IsTruncated>", more));
    for (String key : page) {
      xml.append(Text.of("<Contents><Key>%s</Key></Contents>", key.replace("&", "&amp;")));
    }
    if (more) {
      xml.append(Text.of("<NextContinuationToken>%s</NextContinuationToken>", page.get(PAGE - 1)));
    }
    answer(request.exchange, xml.append("</ListBucketResult>").toString());
  }

  private static void answer(HttpExchange exchange, String xml) throws IOException {
    send(exchange, 200, xml);
  }

  private static void fail(HttpExchange exchange, int status, String code) throws IOException {
    send(exchange, status, Text.of("<Error><Code>%s</Code></Error>", code));
  }

  private static void send(HttpExchange exchange, int status, String xml) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    byte[] body = xml.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/xml");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
