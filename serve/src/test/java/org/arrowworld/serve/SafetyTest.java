// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.arrowworld.errors.InvalidUseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server must not do, whoever asks and however. */
class SafetyTest {
  private static final ServeOptions.Limits NARROW =
      new ServeOptions.Limits(2, 16, 4, 1200, 16 << 20);

  @TempDir static Path folder;
  private static ViewServer server;
  private static Client client;

  @BeforeAll
  static void serve() throws IOException {
    SmallRuns.ecosystem(folder.resolve("eco"), 200, 1);
    Files.writeString(folder.resolve("secret.txt"), "not of any store", StandardCharsets.UTF_8);
    server = ViewServer.start(ServeOptions.of(folder).withPort(0).withLimits(NARROW));
    client = new Client(server);
  }

  @AfterAll
  static void end() throws IOException {
    server.close();
  }

  /** What a request written by hand is answered, until the server closes the connection. */
  private static String raw(String request) throws IOException {
    try (Socket socket = socket()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Socket socket() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
  }

  private static String request(String path, String... headers) {
    StringBuilder text = new StringBuilder("GET " + path + " HTTP/1.1\r\n");
    boolean hasHost = false;
    for (String header : headers) {
      text.append(header).append("\r\n");
      hasHost |= header.startsWith("Host:");
    }
    return text
        + (hasHost ? "" : "Host: " + server.address().getAuthority() + "\r\n")
        + "Connection: close\r\n\r\n";
  }

  private static String bearer() {
    return "Authorization: Bearer " + server.token();
  }

  @Test
  void without_the_token_there_is_no_data() throws IOException {
    for (String path :
        List.of(
            "/api/runs",
            "/api/runs/eco",
            "/api/runs/eco/at",
            "/api/runs/eco/frames",
            "/api/runs/eco/play",
            "/api/runs/eco/series",
            "/api/runs/eco/life",
            "/api/runs/eco/history",
            "/api/runs/eco/events",
            "/api/runs/eco/diff",
            "/api/runs/eco/log",
            "/api/runs/eco/live",
            "/api/runs/eco/files",
            "/api/runs/eco/files/store.json",
            "/api/runs/nobody")) {
      String wrong = server.token().substring(1) + "A";
      for (String header :
          List.of(
              "X-None: 1",
              "Authorization: Bearer " + wrong,
              "Authorization: Bearer ",
              "Authorization: Basic " + server.token(),
              "Cookie: aw-" + server.address().getPort() + "=" + wrong,
              "Cookie: other=" + server.token())) {
        assertThat(raw(request(path, header)))
            .as(path + " with " + header)
            .startsWith("HTTP/1.1 401 ")
            .contains("\"kind\":\"no_token\"");
      }
    }
  }

  @Test
  void the_token_becomes_a_cookie_that_no_script_and_no_other_site_can_use() throws IOException {
    String opened = raw(request("/open?token=" + server.token()));
    String cookie = "aw-" + server.address().getPort() + "=" + server.token();
    assertThat(opened)
        .startsWith("HTTP/1.1 200 ")
        .contains("Set-cookie: " + cookie + "; Path=/; HttpOnly; SameSite=Strict\r\n")
        .contains("Referrer-policy: no-referrer\r\n")
        .contains("script src=\"/open.js\"");
    assertThat(opened.substring(opened.indexOf("\r\n\r\n"))).doesNotContain(server.token());
    assertThat(raw(request("/api/runs", "Cookie: a=b; " + cookie))).startsWith("HTTP/1.1 200 ");
    assertThat(raw(request("/open?token=guess")))
        .startsWith("HTTP/1.1 401 ")
        .doesNotContain("Set-cookie");
  }

  @Test
  void another_name_for_this_machine_is_refused() throws IOException {
    int port = server.address().getPort();
    for (String host :
        List.of("evil.example:" + port, "localhost", "127.0.0.1:" + (port + 1), "")) {
      assertThat(raw(request("/api/runs", "Host: " + host, bearer())))
          .as(host)
          .startsWith("HTTP/1.1 403 ")
          .contains("\"kind\":\"wrong_host\"");
    }
    assertThat(raw(request("/api/runs", "Host: LOCALHOST:" + port, bearer())))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void a_page_of_another_site_is_refused() throws IOException {
    for (String header :
        List.of(
            "Origin: http://evil.example",
            "Origin: null",
            "Sec-Fetch-Site: cross-site",
            "Sec-Fetch-Site: same-site")) {
      assertThat(raw(request("/api/runs", header, bearer())))
          .as(header)
          .startsWith("HTTP/1.1 403 ")
          .contains("\"kind\":\"foreign_origin\"")
          .doesNotContain("Access-Control");
    }
    assertThat(
            raw(
                request(
                    "/api/runs",
                    "Origin: " + server.address(),
                    "Sec-Fetch-Site: same-origin",
                    bearer())))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void no_spelling_of_a_path_leads_out_of_a_store() throws IOException {
    Files.createSymbolicLink(folder.resolve("eco/link"), folder.resolve("secret.txt"));
    for (String path :
        List.of(
            "../secret.txt",
            "..%2Fsecret.txt",
            "%2E%2E/secret.txt",
            "log/../../secret.txt",
            "..%5Csecret.txt",
            "/etc/passwd",
            "%2Fetc%2Fpasswd",
            "log/%2e%2e/%2e%2e/secret.txt",
            "link",
            "log",
            "",
            "store.json%00")) {
      String reply = raw(request("/api/runs/eco/files/" + path, bearer()));
      assertThat(reply)
          .as(path)
          .doesNotContain("not of any store")
          .doesNotContain("root:")
          .doesNotStartWith("HTTP/1.1 200");
    }
    Files.delete(folder.resolve("eco/link"));
    for (String path :
        List.of(
            "/../pom.xml", "/page/index.html", "/vendor/", "/index.html%00", "//", "/Page.class")) {
      assertThat(raw(request(path))).as(path).matches("(?s)HTTP/1.1 (404|400) .*");
    }
  }

  @Test
  void every_reply_says_what_a_browser_may_do_with_it() throws IOException {
    for (String path : List.of("/", "/open.js", "/api/runs", "/nothing")) {
      assertThat(raw(request(path, bearer())))
          .contains(
              "Content-security-policy: default-src 'none'; script-src 'self'; style-src 'self';")
          .contains("frame-ancestors 'none'")
          .contains("X-content-type-options: nosniff\r\n")
          .contains("Cross-origin-resource-policy: same-origin\r\n")
          .contains("Referrer-policy: no-referrer\r\n")
          .contains("Cache-control: no-store\r\n");
    }
  }

  @Test
  void it_only_reads() throws IOException {
    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "PATCH")) {
      assertThat(
              raw(request("/api/runs", bearer(), "Content-Length: 0").replaceFirst("GET", method)))
          .startsWith("HTTP/1.1 405 ")
          .contains("Allow: GET\r\n")
          .contains("\"kind\":\"method_not_allowed\"");
    }
  }

  @Test
  void oversized_and_malformed_requests_are_refused() throws IOException {
    assertThat(raw(request("/api/runs?x=" + "y".repeat(9000), bearer())))
        .startsWith("HTTP/1.1 414 ")
        .contains("\"kind\":\"address_too_long\"");
    assertThat(raw("GARBAGE\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(raw(request("/api/runs/eco/at?tick=%zz", bearer()))).startsWith("HTTP/1.1 400 ");
    assertThat(raw(request("/api/runs/eco/at?columns=food&ids=1,x", bearer())))
        .startsWith("HTTP/1.1 400 ")
        .contains("The parameter 'ids' has 'x': expected a number from 0 to 4294967295");
    assertThat(client.refusal("/api/runs/eco/events?most=99999999"))
        .isEqualTo("400 invalid_use: The parameter 'most' is 99999999: expected 1 to 100000");
  }

  @Test
  void two_hundred_clients_at_once_are_all_answered() {
    HttpClient http = HttpClient.newHttpClient();
    List<CompletableFuture<HttpResponse<byte[]>>> replies = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create(server.address() + "/api/runs/eco/at?columns=food&tick=" + i % 50))
              .header("Authorization", "Bearer " + server.token())
              .build();
      replies.add(http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()));
    }
    for (CompletableFuture<HttpResponse<byte[]>> reply : replies) {
      int status = reply.join().statusCode();
      assertThat(status).isIn(200, 503); // 503 for those whose turn did not come in time
    }
    assertThat(replies.stream().filter(r -> r.join().statusCode() == 200)).hasSizeGreaterThan(20);
  }

  @Test
  void clients_that_take_nothing_or_go_away_are_dropped() throws IOException {
    for (int i = 0; i < 6; i++) {
      Socket slow = socket();
      slow.setReceiveBufferSize(4096);
      slow.getOutputStream()
          .write(request("/api/runs/eco/frames", bearer()).getBytes(StandardCharsets.US_ASCII));
      slow.getOutputStream().flush();
      if (i % 2 == 0) {
        slow.getInputStream().read(new byte[100]);
        slow.close(); // in the midst of a stream
      } else {
        STALLED.add(slow); // takes nothing, and stays
      }
    }
    // There are two turns: both are free again only when the stalled ones were dropped.
    List<String> statuses = new ArrayList<>();
    for (int tries = 0; tries < 50 && !statuses.contains("200"); tries++) {
      statuses.add(String.valueOf(client.get("/api/runs/eco/at?tick=100").statusCode()));
    }
    assertThat(statuses).contains("200");
    for (Socket stalled : STALLED) {
      stalled.close();
    }
  }

  private static final List<Socket> STALLED = new ArrayList<>();

  @Test
  void requests_that_never_end_hinder_nobody_and_are_dropped() throws IOException {
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 3 * NARROW.clients(); i++) {
      Socket socket = socket();
      slow.add(socket);
      String begun =
          switch (i % 3) {
            case 0 -> "GET /api/ru"; // the first line does not end
            case 1 -> "GET / HTTP/1.1\r\nHost: " + server.address().getAuthority(); // nor the head
            default ->
                request("/api/runs", bearer(), "Content-Length: 50000")
                        .replace("close", "keep-alive")
                    + "nor the body";
          };
      socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
    }
    // They are more than may be answered at a time, and somebody else is answered all the same.
    assertThat(client.get("/api/runs/eco/at?tick=3").statusCode()).isEqualTo(200);
    for (int i = 0; i < slow.size(); i++) {
      Socket socket = slow.get(i);
      socket.setSoTimeout(60_000);
      assertThat(untilDropped(socket))
          .as("request " + i)
          .matches("(?s)|HTTP/1.1 (200 .*\"eco\"|503 ).*");
      socket.close();
    }
  }

  /** What comes until the server closes the connection. */
  private static String untilDropped(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (java.net.SocketException reset) {
      return ""; // it was closed before it was read to its end
    }
  }

  @Test
  void a_request_that_trickles_is_dropped_as_one_that_stands_still() throws IOException {
    String beginning = "GET /api/runs HTTP/1.1\r\nX-Long: ";
    try (SocketChannel trickling =
        SocketChannel.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.address().getPort()))) {
      trickling.write(ByteBuffer.wrap(beginning.getBytes(StandardCharsets.US_ASCII)));
      trickling.configureBlocking(false);
      int others = 0;
      while (!isDropped(trickling)) {
        // A byte, and an honest request: so the pace is the server's own.
        assertThat(client.get("/api/runs").statusCode()).isEqualTo(200);
        assertThat(++others).as("honest requests meanwhile").isLessThan(100_000);
      }
    }
  }

  private static boolean isDropped(SocketChannel channel) {
    try {
      channel.write(ByteBuffer.wrap(new byte[] {'x'}));
      return channel.read(ByteBuffer.allocate(100)) < 0;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void clients_that_are_killed_in_mid_stream_leave_nothing_behind() throws IOException {
    for (String stream : List.of("frames", "play?columns=food", "log", "series?of=food.count")) {
      for (int i = 0; i < NARROW.scans(); i++) {
        new Stream(server, "/api/runs/eco/" + stream).kill();
      }
    }
    for (int i = 0; i < NARROW.listeners(); i++) {
      new Stream(server, "/api/runs/eco/live").kill();
    }
    assertThat(client.get("/api/runs/eco/at?tick=100").statusCode()).isEqualTo(200);
    String head = "";
    for (int tries = 0; tries < 100_000 && !head.startsWith("HTTP/1.1 200"); tries++) {
      try (Stream listening = new Stream(server, "/api/runs/eco/live")) {
        head = listening.head(); // 503 until the server has seen that the listeners are gone
      }
    }
    assertThat(head).startsWith("HTTP/1.1 200");
  }

  @Test
  void the_token_is_in_no_log_and_no_reply_but_the_cookie() throws IOException {
    List<String> logged = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            logged.add(line.getMessage() + " " + Arrays.toString(line.getParameters()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger.getLogger("").addHandler(handler);
    StringBuilder replies = new StringBuilder();
    try {
      for (String path :
          List.of(
              "/api/runs?token=" + server.token(),
              "/api/runs/eco/at?token=" + server.token(),
              "/nothing?token=" + server.token(),
              "/open?tokens=" + server.token())) {
        replies.append(raw(request(path, bearer())));
      }
      raw(request("/open?token=" + server.token()));
      raw(request("/open?token=" + server.token()).replaceFirst("GET", "BAD"));
    } finally {
      Logger.getLogger("").removeHandler(handler);
    }
    assertThat(logged).noneMatch(line -> line.contains(server.token()));
    assertThat(replies).doesNotContain(server.token());
  }

  @Test
  void there_is_a_bound_on_listeners() throws IOException {
    List<InputStream> listening = new ArrayList<>();
    for (int i = 0; i < NARROW.listeners(); i++) {
      var connection = URI.create(server.address() + "/api/runs/eco/live").toURL().openConnection();
      connection.setRequestProperty("Authorization", "Bearer " + server.token());
      listening.add(connection.getInputStream());
    }
    HttpResponse<byte[]> refused = client.get("/api/runs/eco/live");
    assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(Client.refusal(refused.body()))
        .isEqualTo(
            "503 busy: Cannot answer now: 4 listeners are under way, which is the most there may be; try again");
    for (InputStream stream : listening) {
      stream.close();
    }
  }

  @Test
  void a_key_store_that_cannot_be_used_is_refused() throws IOException {
    Path store = Files.writeString(folder.resolve("k.p12"), "no key store", StandardCharsets.UTF_8);
    Path password = Files.writeString(folder.resolve("k.txt"), "secret\n", StandardCharsets.UTF_8);
    assertThatThrownBy(
            () ->
                ViewServer.start(
                    ServeOptions.of(folder)
                        .withPort(0)
                        .withTls(new ServeOptions.Tls(store, password))))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageStartingWith("Cannot use the key store " + store)
        .hasMessageNotContaining("secret");
  }

  @Test
  void the_browser_is_led_by_a_page_that_only_the_user_can_read() throws IOException {
    Path page = Browser.page(server.openAddress());
    assertThat(Files.getPosixFilePermissions(page))
        .isEqualTo(Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
    assertThat(page).content().contains("url=" + server.openAddress()).contains("no-referrer");
    Files.delete(page);
    assertThat(Browser.command("Linux", Map.of())).isEmpty();
    assertThat(Browser.command("Linux", Map.of("DISPLAY", ":0"))).hasValue(List.of("xdg-open"));
    assertThat(Browser.command("Mac OS X", Map.of())).hasValue(List.of("open"));
  }
}
