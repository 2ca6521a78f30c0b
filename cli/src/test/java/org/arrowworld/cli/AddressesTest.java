// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.arrowworld.internal.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verbs that read take the address of a published store, or of published runs, for a directory. */
class AddressesTest {
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]+)");

  @TempDir Path folder;
  private HttpServer server;
  private String address;

  @BeforeEach
  void a_web_server() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    InetSocketAddress at = server.getAddress();
    address = Text.of("http://%s:%d", at.getAddress().getHostAddress(), at.getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Path file = folder.resolve(exchange.getRequestURI().getPath().substring(1));
      if (!Files.isRegularFile(file)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] all = Files.readAllBytes(file);
      Matcher range = RANGE.matcher(exchange.getRequestHeaders().getFirst("Range"));
      assertThat(range.matches()).isTrue();
      int from = Integer.parseInt(range.group(1));
      byte[] part =
          Arrays.copyOfRange(all, from, Math.min(all.length, Integer.parseInt(range.group(2)) + 1));
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range", Text.of("bytes %d-%d/%d", from, from + part.length - 1, all.length));
      exchange.sendResponseHeaders(206, part.length);
      exchange.getResponseBody().write(part);
    }
  }

  @AfterEach
  void it_ends() {
    server.stop(0);
  }

  @Test
  void where_a_path_is_written_or_changed_an_address_is_refused_by_name() throws IOException {
    Path store = Stores.sealed(folder.resolve("store"));
    Path csv = Files.writeString(folder.resolve("c.csv"), "id,x\n1,2\n");
    for (List<Object> command :
        List.<List<Object>>of(
            List.of("run", "--ticks", 3, "--out", "s3://bucket/run"),
            List.of("sweep", "--vary", "seed=1", "--out", "S3://bucket/run"),
            List.of("fork", store, "--tick", 3, "--out", "s3://bucket/run"),
            List.of("export", store, "--to", "parquet", "--out", "http://h/x.parquet"),
            List.of("at", store, "--tick", 3, "--to", "arrow", "--out", "s3://bucket/run"),
            List.of("import", "csv", csv, "--out", "s3://bucket/run"),
            List.of("recover", store, "--out", "s3://bucket/run"),
            List.of("publish", "s3://bucket/run", folder.resolve("p")),
            List.of("doctor", "http://h/x"),
            List.of("seal", "http://h/x"))) {
      Aw refused = Aw.run(command.toArray());
      assertThat(refused.exit()).as("%s", command).isEqualTo(Exit.USAGE);
      assertThat(refused.err()).contains("is an address, where a path of this machine is wanted");
    }
    assertThat(Path.of("s3:")).doesNotExist();
    assertThat(Aw.run("doctor", store.toUri()).exit()).isZero();
  }

  @Test
  void a_published_store_is_asked_as_a_directory_is() throws IOException {
    Path store = Stores.sealed(folder.resolve("store"));
    assertThat(Aw.run("publish", store, folder.resolve("place")).exit()).isZero();
    String place = address + "/place";
    for (List<Object> command :
        List.<List<Object>>of(
            List.of("hash", "STORE", "--tick", 4),
            List.of("at", "STORE", "--tick", 2),
            List.of("history", "STORE", "--table", "ship", "--id", 0),
            List.of("log", "STORE", "--range", "0..2"),
            List.of("stats", "STORE", "--key", "ship.x"),
            List.of("diff", "STORE", store),
            List.of("verify", "STORE"))) {
      Aw there = Aw.run(with(command, place));
      Aw here = Aw.run(with(command, store));
      assertThat(there.exit()).as("%s: %s", command, there.err()).isEqualTo(here.exit());
      assertThat(there.out()).as(command.toString()).isEqualTo(here.out()).isNotEmpty();
    }
    assertThat(Aw.run("info", place, "--json").json())
        .containsEntry("path", place)
        .containsEntry("last_tick", 4);
    Path archive = folder.resolve("archive.csv");
    assertThat(Aw.run("export", place, "--view", "log", "--to", "csv", "--out", archive).exit())
        .isZero();
    assertThat(archive).isNotEmptyFile();
    assertThat(Aw.run("fork", place, "--tick", 3, "--out", folder.resolve("fork")).exit()).isZero();
    assertThat(Aw.run("hash", folder.resolve("fork"), "--tick", 3).lastLine())
        .isEqualTo(Aw.run("hash", store, "--tick", 3).lastLine());
    Aw follow = Aw.run("log", place, "--follow");
    assertThat(follow.exit()).isEqualTo(Exit.USAGE);
    assertThat(follow.err()).contains("a published store has none");
    assertThat(Aw.run("info", address + "/none").err())
        .contains("there is no files.json; check the address");
  }

  private static Object[] with(List<Object> command, Object store) {
    return command.stream().map(part -> part.equals("STORE") ? store : part).toArray();
  }

  @Test
  void published_runs_are_listed_and_asked_as_a_folder_is() {
    Path sweep = folder.resolve("sweep");
    Aw made = Aw.run("sweep", "--out", sweep, "--vary", "seed=1,2,3", "--ticks", 3);
    assertThat(made.exit()).as(made.err()).isZero();
    Path place = folder.resolve("place");
    Aw publish = Aw.run("publish", sweep, place, "--json");
    assertThat(publish.exit()).as(publish.err()).isZero();
    assertThat(publish.json()).containsEntry("runs", 3).containsEntry("stores", 3);
    assertThat(Aw.run("publish", sweep, place, "--json").json()).containsEntry("sent_files", 0);
    String there = address + "/place";
    for (List<Object> command :
        List.<List<Object>>of(
            List.of("runs", "STORE"),
            List.of("runs", "STORE", "--where", "seed >= 2", "--json"),
            List.of("runs", "STORE", "--stats", "creature.energy", "--by", "seed"))) {
      assertThat(Aw.run(with(command, there)).out())
          .as(command.toString())
          .isEqualTo(Aw.run(with(command, sweep)).out())
          .isNotEmpty();
    }
    Aw save = Aw.run("runs", there, "--save");
    assertThat(save.exit()).isEqualTo(Exit.FAILURE);
    assertThat(save.err()).contains("it is an address, which is only read");
    assertThat(Aw.run("runs", address + "/none").err()).contains("there is no runs.parquet");
  }

  @Test
  void the_module_for_s3_is_there() {
    assertThat(Aw.run("info", "s3://user@bucket/x").err())
        .contains("expected s3://bucket/prefix, without user");
    assertThat(Aw.run("info", "gopher://a/b").err())
        .contains("nothing on the class path knows addresses that begin with gopher:");
  }
}
