// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.internal.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Published runs: spec. */
class PublishedRunsTest {
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]+)");
  private static final SweepPlan PLAN = SweepPlan.grid().vary("rate", 0.5, 1).vary("seed", 1, 2);

  @TempDir private Path folder;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private Path sweep;
  private Path place;
  private HttpServer server;
  private URI address;

  @BeforeEach
  void a_sweep_and_a_web_server() throws IOException {
    sweep = folder.resolve("sweep");
    place = folder.resolve("place");
    new Sweep(sweep, PLAN, SmallSimulation.to(10)).run();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/runs/", this::answer);
    server.start();
    InetSocketAddress at = server.getAddress();
    address =
        URI.create(Text.of("http://%s:%d/runs", at.getAddress().getHostAddress(), at.getPort()));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String name = exchange.getRequestURI().getPath().substring("/runs/".length());
      requests.add(name);
      Path file = place.resolve(name);
      if (!Files.isRegularFile(file)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] all = Files.readAllBytes(file);
      Matcher range = RANGE.matcher(exchange.getRequestHeaders().getFirst("Range"));
      assertThat(range.matches()).isTrue();
      int from = Integer.parseInt(range.group(1));
      int to = Math.min(all.length, Integer.parseInt(range.group(2)) + 1);
      exchange
          .getResponseHeaders()
          .set("Content-Range", Text.of("bytes %d-%d/%d", from, to - 1, all.length));
      exchange.sendResponseHeaders(206, to - from);
      exchange.getResponseBody().write(Arrays.copyOfRange(all, from, to));
    }
  }

  @AfterEach
  void it_ends() {
    server.stop(0);
  }

  @Test
  void runs_are_the_same_by_address_and_found_by_one_request() throws IOException {
    Runs local = Runs.open(sweep);
    RunsPublication.Report report = local.publish(place);
    assertThat(report.stores()).isEqualTo(report.runs()).isEqualTo(4);
    assertThat(report.sentFiles()).isEqualTo(report.files());
    Runs runs = Runs.open(address);
    assertThat(requests).containsExactly("runs.parquet");
    assertThat(runs.list()).extracting(Run::name).isEqualTo(names(local));
    assertThat(runs.list()).extracting(Run::state).containsOnly(RunState.DONE);
    assertThat(runs.list()).extracting(Run::parameters).isEqualTo(parameters(local));
    assertThat(runs.parameters()).isEqualTo(local.parameters());
    assertThat(runs.stats("ship.x", "rate")).isEqualTo(local.stats("ship.x", "rate"));
    requests.clear();
    assertThat(runs.where("seed == 2 and rate == 1").events("ship.seen").count()).isEqualTo(10);
    assertThat(requests).as("files of the other runs").allMatch(r -> r.startsWith("000003/"));
    assertThatThrownBy(runs::save)
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it is an address, which is only read");
    assertThat(Runs.open(place.toUri()).list()).extracting(Run::name).isEqualTo(names(local));
  }

  private static List<String> names(Runs runs) {
    return runs.list().stream().map(Run::name).toList();
  }

  private static List<Parameters> parameters(Runs runs) {
    return runs.list().stream().map(Run::parameters).toList();
  }

  @Test
  void what_was_cut_off_goes_on_and_nothing_is_written_over() throws IOException {
    Runs local = Runs.open(sweep);
    local.where("seed == 1").publish(folder.resolve("other"));
    local.publish(place);
    byte[] catalogue = Files.readAllBytes(place.resolve("runs.parquet"));
    Files.delete(place.resolve("runs.parquet")); // as if it had been killed before the last file
    Files.delete(place.resolve("000003").resolve("store.json"));
    assertThatThrownBy(() -> Runs.open(address))
        .isInstanceOf(StoreNotFoundException.class)
        .hasMessageContaining("there is no runs.parquet; check the address");
    assertThat(local.publish(place).sentFiles()).isEqualTo(1);
    assertThat(place.resolve("runs.parquet")).hasBinaryContent(catalogue);
    assertThat(local.publish(place).sentFiles()).isZero();
    assertThatThrownBy(() -> local.publish(folder.resolve("other")))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("another runs.parquet is there already");
    assertThat(folder.resolve("other").resolve("000003")).doesNotExist();
    Files.writeString(place.resolve("notes.txt"), "somebody's");
    assertThatThrownBy(() -> local.publish(place))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("notes.txt is there, which does not belong to these runs");
  }

  @Test
  void a_folder_of_published_runs_says_what_its_catalogue_says_and_never_changes()
      throws IOException {
    Path odd = folder.resolve("odd");
    SweepFunction fails =
        run -> {
          if (run.parameters().longValue("seed") == 2) {
            throw new IllegalStateException("energy is negative");
          }
          SmallSimulation.to(3).run(run);
        };
    new Sweep(odd, PLAN, fails).run();
    Runs local = Runs.open(odd);
    local.publish(place);
    List<List<Object>> told = told(local);
    assertThat(told.get(1)).contains(RunState.FAILED);
    assertThat(told(Runs.open(place))).isEqualTo(told(Runs.open(address))).isEqualTo(told);
    byte[] catalogue = Files.readAllBytes(place.resolve("runs.parquet"));
    Runs opened = Runs.open(place);
    Files.writeString(place.resolve("runs.parquet"), "PAR1");
    assertThatThrownBy(() -> Runs.open(place)).isInstanceOf(DamagedFileException.class);
    assertThatThrownBy(opened::save).hasMessageContaining("it holds published runs");
    Files.write(place.resolve("runs.parquet"), catalogue);
    assertThatThrownBy(Runs.open(place)::save).hasMessageContaining("it holds published runs");
    assertThatThrownBy(new Sweep(place, PLAN, fails)::run)
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it holds published runs, which never change; copy its stores");
    assertThat(place).isDirectoryNotContaining(f -> f.endsWith("LOCK"));
    Runs.open(place).publish(folder.resolve("again"));
    assertThat(folder.resolve("again").resolve("runs.parquet")).hasBinaryContent(catalogue);
    Files.move(place.resolve("000000"), place.resolve("aside"));
    Files.move(place.resolve("000002"), place.resolve("000000"));
    assertThatThrownBy(() -> Runs.open(place).run("000000").open())
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("it was replaced; published runs never change");
  }

  private static List<List<Object>> told(Runs runs) {
    return runs.list().stream()
        .map(r -> List.<Object>of(r.name(), r.state(), r.tick(), r.rows(), r.message(), r.store()))
        .toList();
  }

  @Test
  void what_somebody_keeps_in_the_place_is_found_before_anything_is_changed() throws IOException {
    Runs local = Runs.open(sweep);
    for (String mine : List.of("000002/mine.txt", "runs.parquet.tmp/mine", "000001.tmp.lock/a")) {
      Path file = folder.resolve("p").resolve(mine);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "mine");
      assertThatThrownBy(() -> local.publish(folder.resolve("p")))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining(mine + " is there, which does not belong to these runs");
      assertThat(folder.resolve("p")).isDirectoryNotContaining(f -> f.endsWith("000000"));
      Files.delete(file);
      Files.delete(file.getParent());
    }
    Files.createDirectory(folder.resolve("p").resolve("runs.parquet.tmp"));
    assertThatThrownBy(() -> local.publish(folder.resolve("p")))
        .hasMessageContaining("the folder runs.parquet.tmp stands where runs.parquet is made");
  }

  @Test
  void a_run_that_is_damaged_is_not_published_and_one_that_was_replaced_is_found()
      throws IOException {
    Runs local = Runs.open(sweep);
    local.publish(place);
    Runs runs = Runs.open(address);
    try (Stream<Path> files = Files.walk(place.resolve("000000"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path other =
            place.resolve("000001").resolve(place.resolve("000000").relativize(file).toString());
        Files.copy(file, other, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    }
    assertThatThrownBy(() -> runs.run("000001").open())
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("it was replaced; published runs never change, open them again");
    byte[] catalogue = Files.readAllBytes(place.resolve("runs.parquet"));
    int found = 0;
    for (int at = 0; at < catalogue.length; at += catalogue.length / 16) {
      byte[] damaged = catalogue.clone();
      damaged[at] ^= 1;
      Files.write(place.resolve("runs.parquet"), damaged);
      try {
        assertThat(Runs.open(address).list()).as("byte %d", at).isEqualTo(runs.list());
      } catch (DamagedFileException e) {
        found++;
      }
    }
    assertThat(found).as("damage that matters").isPositive();
    Files.writeString(sweep.resolve("000002").resolve("store.json"), "{}");
    assertThatThrownBy(() -> Runs.open(sweep).publish(folder.resolve("new")))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("run 000002 cannot be published");
  }
}
