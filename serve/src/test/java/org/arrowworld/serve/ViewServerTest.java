// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.vector.FieldVector;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.table.TableView;
import org.arrowworld.table.World;
import org.arrowworld.testing.ShipRun;
import org.arrowworld.timeline.Family;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every address of the server answers what the library answers. */
class ViewServerTest {
  private static final long TICKS = 120;

  @TempDir static Path folder;
  private static ViewServer server;
  private static Client client;
  private static Store eco;
  private static Store ships;

  @BeforeAll
  static void serve() throws IOException {
    Path runs = Files.createDirectory(folder.resolve("runs"));
    eco = Store.open(SmallRuns.ecosystem(runs.resolve("eco"), TICKS, 1));
    ships = Store.open(SmallRuns.ships(runs.resolve("deep/ships")));
    SmallRuns.ecosystem(runs.resolve("other"), TICKS, 2);
    LiveWorld.create(runs.resolve("empty"), ShipRun.SCHEMA).close();
    server = ViewServer.start(ServeOptions.of(runs).withPort(0));
    client = new Client(server);
  }

  @AfterAll
  static void end() throws IOException {
    server.close();
    eco.close();
    ships.close();
  }

  private static String run(String name) {
    return "/api/runs/" + name.replace("/", "%2F");
  }

  @Test
  void runs_are_found_two_levels_deep() throws IOException {
    assertThat(client.json("/api/runs").toString())
        .isEqualTo(
            "{runs=[{name=deep/ships, state=sound, last_tick=4}, {name=eco, state=sound, last_tick=120},"
                + " {name=empty, state=empty, last_tick=null}, {name=other, state=sound, last_tick=120}]}");
  }

  @Test
  void a_run_says_what_it_is() throws IOException {
    Map<String, Object> meta = client.json(run("eco"));
    assertThat(meta)
        .containsEntry("state", "sound")
        .containsEntry("id", eco.info().id().hex())
        .containsEntry("first_tick", 0L)
        .containsEntry("last_tick", TICKS)
        .containsEntry("rows", eco.end().seq());
    assertThat(meta.get("tables").toString())
        .contains("{name=energy, type=f32, refers_to=null}")
        .contains("{name=ate, type=u32, refers_to=food}")
        .contains("name=hungry, kind=presence, of=creature");
  }

  @Test
  void an_empty_store_says_so_and_has_no_world() throws IOException {
    assertThat(client.json(run("empty")))
        .containsEntry("state", "empty")
        .containsEntry("message", "The store has no committed tick yet.");
    assertThat(client.refusal(run("empty") + "/at?tick=0"))
        .startsWith("400 invalid_use: The store in ")
        .endsWith(" has no committed tick yet");
  }

  private static void assertEqual(Client.Table sent, World world) {
    TableView table = world.table(sent.metadata().get("aw.table"));
    for (FieldVector vector : table.root().getFieldVectors()) {
      List<Object> expected = new ArrayList<>();
      boolean words = vector.getField().getDictionary() != null;
      for (int i = 0; i < table.rows(); i++) {
        expected.add(words ? table.string(vector.getName()).get(i) : vector.getObject(i));
      }
      assertThat(sent.columns().getOrDefault(vector.getName(), List.of()))
          .as(vector.getName() + " at tick " + world.tick())
          .isEqualTo(expected);
    }
  }

  @Test
  void at_gives_every_table_as_it_was() throws IOException {
    for (long tick : new long[] {0, 4, 2, 1, 3}) {
      List<Client.Table> tables = client.arrow(run("deep/ships") + "/at?tick=" + tick);
      assertThat(tables).hasSize(3);
      try (World world = ships.at(tick)) {
        for (Client.Table table : tables) {
          assertThat(table.metadata()).containsEntry("aw.tick", Long.toString(tick));
          assertEqual(table, world);
        }
      }
    }
    for (long tick : new long[] {120, 0, 57, 56}) {
      try (World world = eco.at(tick)) {
        for (Client.Table table : client.arrow(run("eco") + "/at?tick=" + tick)) {
          assertEqual(table, world);
        }
      }
    }
  }

  @Test
  void at_without_a_tick_is_the_last_one() throws IOException {
    HttpResponse<byte[]> reply = client.get(run("eco") + "/at?columns=food");
    assertThat(reply.headers().firstValue("Aw-Tick")).hasValue("120");
    assertThat(reply.headers().firstValue("Content-Type")).hasValue(Reply.ARROW);
  }

  @Test
  void columns_are_chosen_as_a_projection_names_them() throws IOException {
    List<Client.Table> tables =
        client.arrow(run("eco") + "/at?tick=9&columns=food.value,creature.energy,food.pos_x");
    assertThat(tables.get(0).columns().keySet()).containsExactly("id", "gen", "pos_x", "value");
    assertThat(tables.get(1).columns().keySet()).containsExactly("id", "gen", "energy");
    assertThat(client.refusal(run("eco") + "/at?columns=creature.mass"))
        .startsWith(
            "400 invalid_use: Unknown column 'mass' of table 'creature': it has [id, gen, pos_x");
    assertThat(client.refusal(run("eco") + "/at?columns=tree"))
        .startsWith("400 invalid_use: Unknown table 'tree'");
  }

  @Test
  void rows_are_chosen_by_id_and_generation() throws IOException {
    String at = run("deep/ships") + "/at?columns=ship.flag&tick=";
    assertThat(client.arrow(at + "4&ids=1,0,7").get(0).columns().toString())
        .isEqualTo("{id=[1, 0], gen=[0, 1], flag=[sea \u2603, red]}");
    assertThat(client.arrow(at + "4&ids=1,0&gens=0,0").get(0).columns().get("id"))
        .isEqualTo(List.of(1));
    assertThat(client.refusal(at + "4&ids=1,0&gens=0"))
        .isEqualTo(
            "400 invalid_use: Cannot choose rows: expected as many 'gens' as 'ids', 2, found 1");
    assertThat(client.refusal(run("deep/ships") + "/at?ids=1"))
        .startsWith("400 invalid_use: Cannot choose rows by id: name columns of one table");
    assertThat(client.refusal(run("deep/ships") + "/at?columns=fleet&ids=0"))
        .isEqualTo("400 invalid_use: Cannot choose rows of table 'fleet' by id: it has none");
  }

  @Test
  void play_is_one_stream_with_a_batch_per_tick() throws IOException {
    Client.Table played = client.arrow(run("deep/ships") + "/play?from=1&columns=ship.flag").get(0);
    assertThat(played.batches()).isEqualTo(4);
    assertThat(played.columns().get("flag"))
        .isEqualTo(
            List.of("blue", "sea \u2603", "sea \u2603", "sea \u2603", "red", "sea \u2603", "red"));
    assertThat(client.refusal(run("eco") + "/play?columns=food,creature"))
        .startsWith("400 invalid_use: Cannot play 2 tables as one stream");
    assertThat(client.refusal(run("eco") + "/play?columns=food&from=9&to=3"))
        .isEqualTo("400 invalid_use: Cannot play from tick 9 to 3: that is backwards");
  }

  @Test
  void frames_are_worlds_one_after_the_other() throws IOException {
    List<Client.Table> frames =
        client.arrow(run("eco") + "/frames?from=20&to=41&step=7&columns=creature,hungry");
    assertThat(frames.stream().map(f -> f.metadata().get("aw.tick")))
        .containsExactly("20", "20", "27", "27", "34", "34", "41", "41");
    for (Client.Table frame : frames) {
      try (World world = eco.at(Long.parseLong(frame.metadata().get("aw.tick")))) {
        assertEqual(frame, world);
      }
    }
  }

  @Test
  void series_are_sums_of_each_tick_in_one_pass() throws IOException {
    Client.Table series =
        client
            .arrow(
                run("eco")
                    + "/series?of=creature.count,food.value.mean,creature.energy.min,creature.energy.max,creature.born.rows")
            .get(0);
    assertThat(series.columns().get("tick")).hasSize((int) TICKS + 1);
    long births = eco.rows("creature.born").count();
    assertThat(
            series.columns().get("creature.born.rows").stream().mapToDouble(n -> (double) n).sum())
        .isEqualTo((double) births);
    for (int tick : new int[] {0, 50, 120}) {
      try (World world = eco.at(tick)) {
        assertThat(series.columns().get("creature.count").get(tick))
            .isEqualTo((double) world.table("creature").rows());
        float least = Float.POSITIVE_INFINITY;
        for (int slot = 0; slot < world.table("creature").rows(); slot++) {
          least = Math.min(least, world.table("creature").f32("energy").get(slot));
        }
        assertThat(series.columns().get("creature.energy.min").get(tick)).isEqualTo((double) least);
      }
    }
    assertThat(client.refusal(run("eco") + "/series?of=creature.energy.median"))
        .isEqualTo(
            "400 invalid_use: Unknown series 'creature.energy.median': expected TABLE.count, TABLE.COLUMN.mean (min, max, sum) or KEY.rows");
    assertThat(client.refusal(run("deep/ships") + "/series?of=ship.flag.mean"))
        .isEqualTo(
            "400 invalid_use: Cannot sum up 'ship.flag': its values are words; ship.count counts the rows");
  }

  @Test
  void series_of_some_ticks_begin_and_end_there() throws IOException {
    Client.Table some =
        client.arrow(run("eco") + "/series?of=creature.died.rows&from=30&to=60&step=10").get(0);
    assertThat(some.columns().get("tick")).hasToString("[30, 40, 50, 60]");
    long died = eco.rows("creature.died", org.arrowworld.timeline.TickRange.at(30)).count();
    assertThat(some.columns().get("creature.died.rows").get(0)).isEqualTo((double) died);
  }

  @Test
  void a_life_is_told_with_its_family() throws IOException {
    for (int id : new int[] {0, 5, 17, 300}) {
      Family family = eco.family("creature", id);
      Map<String, Object> life =
          client.json(run("eco") + "/life?table=creature&most=10000&id=" + id);
      assertThat(life)
          .containsEntry("id", (long) id)
          .containsEntry("gen", (long) family.self().entity().gen())
          .containsEntry("cause", family.self().cause().orElse(null))
          .containsEntry("child_count", (long) family.children().size());
      assertThat((List<?>) life.get("children")).hasSameSizeAs(family.children());
      assertThat((List<?>) life.get("ancestors")).hasSameSizeAs(family.ancestors());
    }
    assertThat(client.json(run("deep/ships") + "/life?table=ship&id=0&gen=0").toString())
        .contains("born=0, died=2, cause=sunk, parent=null, ancestors=[], children=[]")
        .contains("lives=[{id=0, gen=0, born=0, died=2")
        .contains("{id=0, gen=1, born=3, died=null, cause=null, parent={");
    assertThat(client.refusal(run("deep/ships") + "/life?table=ship&id=0&gen=7"))
        .isEqualTo("400 invalid_use: The log has no ship 0 in generation 7");
    assertThat(client.refusal(run("deep/ships") + "/life?table=fleet&id=0"))
        .startsWith("400 invalid_use: Nobody lives or dies in table 'fleet'");
  }

  @Test
  void a_history_tells_events_and_the_values_asked_for() throws IOException {
    Map<String, Object> history =
        client.json(run("deep/ships") + "/history?table=ship&id=0&gen=0&columns=x,afloat");
    assertThat(history.get("columns").toString())
        .contains("afloat={")
        .contains("values=[0.1, 0.5]");
    assertThat(history.get("events").toString())
        .contains("key=ship.hit, kind=event, value=-3")
        .contains("key=ship.cause, kind=lineage, value=sunk");
    assertThat(history).containsEntry("whole", true);
    assertThat(
            client.json(run("deep/ships") + "/history?table=ship&id=1&columns=serial").toString())
        .contains("values=[18446744073709551615]");
  }

  @Test
  void events_are_listed_up_to_a_bound() throws IOException {
    Map<String, Object> some = client.json(run("eco") + "/events?from=3&most=5");
    assertThat((List<?>) some.get("rows")).hasSize(5);
    assertThat(some).containsEntry("more", true);
    assertThat(client.json(run("deep/ships") + "/events?key=ship.died").toString())
        .contains("{tick=2, key=ship.died, id=0, value=0, refers_to=null}")
        .contains("more=false");
    assertThat(client.refusal(run("eco") + "/events?key=x"))
        .startsWith("400 invalid_use: Unknown key 'x'");
  }

  @Test
  void everybody_who_ever_lived_is_listed_and_what_ended_them_is_counted() throws IOException {
    Map<String, Object> found = client.json(run("eco") + "/lives?table=creature&most=3");
    Map<?, ?> lives = (Map<?, ?>) found.get("lives");
    assertThat(lives.get("id")).isEqualTo(List.of(0L, 1L, 2L));
    assertThat(lives.get("born")).isEqualTo(List.of(0L, 0L, 0L));
    Map<String, Long> causes = new TreeMap<>();
    long[] count = {0};
    eco.lives("creature")
        .forEach(
            life -> {
              count[0]++;
              life.cause().ifPresent(cause -> causes.merge(cause, 1L, Long::sum));
            });
    assertThat(found).containsEntry("count", count[0]).containsEntry("causes", causes);
    assertThat(client.refusal(run("eco") + "/lives?table=x")).startsWith("400 invalid_use:");
  }

  @Test
  void two_runs_are_compared_and_two_ticks() throws IOException {
    Map<String, Object> diff = client.json(run("eco") + "/diff?other=other&most=2");
    assertThat(diff).containsEntry("outcome", "different").containsEntry("tick", 0L);
    assertThat((List<?>) diff.get("rows")).hasSize(2);
    assertThat(client.json(run("eco") + "/diff?other=other&key=creature.energy").toString())
        .contains("{key=creature.energy, id=0, left=")
        .doesNotContain("{key=creature.pos_x, id=");
    assertThat(client.json(run("deep/ships") + "/diff?from=0&to=4").toString())
        .contains("{key=ship.died, id=0, left=0, right=null}")
        .contains("{key=ship.mass, id=1, left=2.5, right=Infinity}")
        .contains("{key=ship.died, differ=0, only_left=1, only_right=0}")
        .contains("{key=ship.mass, differ=1, only_left=0, only_right=0}");
    assertThat(client.refusal(run("eco") + "/diff?other=deep%2Fships"))
        .startsWith("400 invalid_use: Cannot compare two stores of different schemas");
  }

  @Test
  void the_log_is_passed_on_as_it_is_stored() throws IOException {
    Client.Table log = client.arrow(run("eco") + "/log").get(0);
    long rows = 0;
    for (Client.Table segment : client.arrow(run("eco") + "/log")) {
      rows += segment.columns().get("tick").size();
    }
    assertThat(rows).isEqualTo(eco.end().seq());
    assertThat(log.columns().get("key").get(0)).isEqualTo("creature.born");
    Client.Table some = client.arrow(run("eco") + "/log?from=100&to=101").get(0);
    assertThat(some.columns().get("tick"))
        .contains(100L, 101L)
        .hasSizeLessThan(log.columns().get("tick").size());
  }

  @Test
  void files_are_sent_whole_or_in_part() throws IOException {
    byte[] store = Files.readAllBytes(folder.resolve("runs/eco/store.json"));
    assertThat(client.get(run("eco") + "/files/store.json").body()).isEqualTo(store);
    HttpResponse<byte[]> part = client.get(run("eco") + "/files/store.json", "Range", "bytes=5-8");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.headers().firstValue("Content-Range")).hasValue("bytes 5-8/" + store.length);
    assertThat(part.body()).isEqualTo(java.util.Arrays.copyOfRange(store, 5, 9));
    assertThat(client.get(run("eco") + "/files/store.json", "Range", "bytes=-3").body())
        .isEqualTo(java.util.Arrays.copyOfRange(store, store.length - 3, store.length));
    assertThat(client.refusal(run("eco") + "/files/store.json", "Range", "bytes=999999-"))
        .startsWith("416 range_not_satisfiable: Cannot send the range 'bytes=999999-'");
    assertThat(client.json(run("eco") + "/files").toString())
        .contains("path=log/00000000000000000000.arrow");
  }

  @Test
  void what_is_asked_wrongly_is_refused_by_name() throws IOException {
    assertThat(client.refusal(run("eco") + "/at?tick=121"))
        .isEqualTo("400 invalid_use: No world at tick 121: the store has ticks 0 to 120");
    assertThat(client.refusal(run("eco") + "/at?tick=x"))
        .isEqualTo("400 invalid_use: The parameter 'tick' is 'x': expected a whole number");
    assertThat(client.refusal(run("eco") + "/at?tick=1&tick=2"))
        .isEqualTo("400 invalid_use: The parameter 'tick' is there twice");
    assertThat(client.refusal(run("eco") + "/at?tock=1"))
        .isEqualTo(
            "400 invalid_use: Unknown parameter 'tock': this address takes [columns, gens, ids, tick, view]");
    assertThat(client.refusal(run("eco") + "/now"))
        .startsWith("404 not_found: A run has no 'now': it has [at, frames, play,");
    assertThat(client.refusal("/api/runs/nobody"))
        .isEqualTo(
            "404 run_not_found: There is no run 'nobody' here: there are [deep/ships, eco, empty, other]");
  }

  @Test
  void a_place_without_stores_is_not_served() throws IOException {
    Path nothing = Files.createDirectories(folder.resolve("nothing/at/all"));
    assertThatThrownBy(() -> ViewServer.start(ServeOptions.of(nothing).withPort(0)))
        .isInstanceOf(StoreNotFoundException.class)
        .hasMessageStartingWith(
            "Cannot open a store in " + nothing + ", or up to 2 folders below it");
    assertThatThrownBy(
            () ->
                ViewServer.start(
                    ServeOptions.of(folder.resolve("runs")).withPort(server.address().getPort())))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("name another --port, or 0 for any free one");
  }

  @Test
  void a_running_world_is_followed() throws IOException {
    Path path = folder.resolve("live");
    try (LiveWorld live = SmallRuns.play(path);
        ViewServer watching = ViewServer.start(ServeOptions.of(path).withPort(0));
        InputStream events = listen(watching, "live")) {
      Client viewer = new Client(watching);
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8));
      assertThat(nextData(lines)).startsWith("end {\"tick\":4,");
      live.tick(t -> t.table("ship").set(0, "x", 9f));
      assertThat(nextData(lines)).startsWith("end {\"tick\":5,");
      assertThat(viewer.arrow("/api/runs/live/at?columns=ship.x&ids=0").get(0).columns().get("x"))
          .isEqualTo(List.of(9f));
      live.tick(t -> t.table("ship").set(0, "x", 10f));
      assertThat(
              viewer
                  .arrow("/api/runs/live/at?tick=6&columns=ship.x&ids=0")
                  .get(0)
                  .columns()
                  .get("x"))
          .isEqualTo(List.of(10f));
      assertThat(viewer.json("/api/runs/live")).containsEntry("open_ended", true);
      for (String asked : List.of("play?columns=ship.x", "series?of=ship.x.mean")) {
        assertThat(viewer.arrow("/api/runs/live/" + asked).get(0).batches()).isPositive();
      }
      live.tick(t -> t.table("ship").set(0, "x", 11f));
      for (String span : List.of("", "&from=0", "&from=0&to=7", "&from=5&to=7")) {
        Client.Table played = viewer.arrow("/api/runs/live/play?columns=ship.x" + span).get(0);
        assertThat(played.columns().get("x")).as(span).contains(11f);
        Client.Table means = viewer.arrow("/api/runs/live/series?of=ship.x.mean" + span).get(0);
        assertThat(means.columns().get("tick")).as(span).endsWith(7L);
      }
      assertThat(viewer.json("/api/runs/live/diff?from=7&to=5")).containsKey("count");
    }
  }

  private static InputStream listen(ViewServer server, String run) throws IOException {
    var connection =
        URI.create(server.address() + "/api/runs/" + run + "/live").toURL().openConnection();
    connection.setRequestProperty("Authorization", "Bearer " + server.token());
    return connection.getInputStream();
  }

  /** The next event and its data. */
  private static String nextData(BufferedReader lines) throws IOException {
    String event = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("event: ")) {
        event = line.substring(7);
      } else if (line.startsWith("data: ")) {
        return event + " " + line.substring(6);
      }
    }
    throw new AssertionError("the events ended");
  }

  @Test
  void whoever_follows_a_run_that_is_damaged_is_told() throws IOException {
    Path path = SmallRuns.ships(folder.resolve("broken"));
    try (ViewServer watching = ViewServer.start(ServeOptions.of(path).withPort(0));
        InputStream events = listen(watching, "broken")) {
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8));
      assertThat(nextData(lines)).startsWith("end {\"tick\":4,");
      Files.writeString(path.resolve("store.json"), "{}", StandardCharsets.UTF_8);
      assertThat(nextData(lines))
          .startsWith("failed {\"error\":{\"kind\":\"damaged_file\",\"status\":422,")
          .contains("store.json");
      assertThat(lines.readLine()).isEmpty();
      assertThat(lines.readLine()).isNull();
    }
  }

  @Test
  void a_store_that_is_truncated_while_it_is_watched_becomes_another() throws IOException {
    Path path = SmallRuns.ships(folder.resolve("cut"));
    try (ViewServer watching = ViewServer.start(ServeOptions.of(path).withPort(0));
        InputStream events = listen(watching, "cut")) {
      Client viewer = new Client(watching);
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8));
      assertThat(nextData(lines)).startsWith("end {\"tick\":4,");
      assertThat(viewer.arrow("/api/runs/cut/at?tick=4")).hasSize(3);
      try (Store store = Store.open(path)) {
        store.truncateAfter(1);
      }
      assertThat(nextData(lines)).isEqualTo("lost {\"epoch\":1}");
      assertThat(nextData(lines)).startsWith("end {\"tick\":1,");
      assertThat(viewer.refusal("/api/runs/cut/at?tick=4"))
          .isEqualTo("400 invalid_use: No world at tick 4: the store has ticks 0 to 1");
      assertThat(viewer.json("/api/runs/cut/life?table=ship&id=0").toString())
          .contains("died=null");
    }
  }

  @Test
  void a_store_that_gives_up_old_ticks_while_it_is_watched_is_read_anew() throws IOException {
    Path path = SmallRuns.ships(folder.resolve("short"));
    try (Store store = Store.open(path)) {
      store.compact(StoreCompaction.Options.ALL_TICKS.keepingTicks(2)); // it begins with a base now
    }
    try (ViewServer watching = ViewServer.start(ServeOptions.of(path).withPort(0));
        Store open = Store.open(path)) {
      Client viewer = new Client(watching);
      String third = open.hashWorld(3);
      assertThat(viewer.arrow("/api/runs/short/at?tick=2&columns=ship")).hasSize(1);
      assertThat(viewer.arrow("/api/runs/short/at?tick=4&columns=ship")).hasSize(1);
      try (Store store = Store.open(path)) {
        store.compact(StoreCompaction.Options.ALL_TICKS.keepingTicks(0));
      }
      assertThat(viewer.json("/api/runs/short").toString()).contains("first_tick=4");
      assertThat(viewer.arrow("/api/runs/short/at?tick=4&columns=ship")).hasSize(1);
      assertThat(viewer.refusal("/api/runs/short/at?tick=2&columns=ship"))
          .isEqualTo("400 invalid_use: No world at tick 2: the store has ticks 4 to 4");
      // Files that a reader holds open stay as they were: the state then, or a refusal, never
      // another.
      try {
        assertThat(open.hashWorld(3)).isEqualTo(third);
      } catch (DamagedFileException e) {
        assertThat(e)
            .hasMessageContaining("the store was compacted since it was opened; open it again");
      }
    }
  }

  @Test
  void a_store_that_is_replaced_while_it_is_watched_becomes_another() throws IOException {
    Path path = SmallRuns.ships(folder.resolve("swapped"));
    Path other = SmallRuns.ecosystem(folder.resolve("other"), 9, 5);
    try (ViewServer watching = ViewServer.start(ServeOptions.of(path).withPort(0))) {
      Client viewer = new Client(watching);
      assertThat(viewer.json("/api/runs/swapped").toString()).contains("ship", "epoch=0");
      Files.move(path, folder.resolve("aside"));
      Files.move(other, path);
      assertThat(viewer.arrow("/api/runs/swapped/at?tick=9&columns=food")).hasSize(1);
      assertThat(viewer.json("/api/runs/swapped").toString()).contains("creature", "epoch=1");
    }
  }

  @Test
  void ranges_that_run_backwards_and_generations_that_cannot_be_are_refused() throws IOException {
    for (String asked :
        List.of("series?of=food.count&", "log?", "events?", "history?table=creature&id=0&")) {
      assertThat(client.refusal(run("eco") + "/" + asked + "from=20&to=5"))
          .as(asked)
          .startsWith("400 invalid_use: ")
          .contains("20 to 5");
    }
    for (String gen : List.of("4294967296", "-1", "x")) {
      for (String address : List.of("life", "history")) {
        assertThat(client.refusal(run("eco") + "/" + address + "?table=creature&id=0&gen=" + gen))
            .isEqualTo(
                "400 invalid_use: The parameter 'gen' has '"
                    + gen
                    + "': expected a number from 0 to 4294967295");
      }
    }
  }

  @Test
  void a_damaged_store_says_what_is_damaged_and_what_to_do() throws IOException {
    Path path = SmallRuns.ships(folder.resolve("hurt"));
    Path log = path.resolve("log/00000000000000000000.arrow");
    byte[] bytes = Files.readAllBytes(log);
    bytes[bytes.length - 40] ^= 1;
    Files.write(log, bytes);
    try (ViewServer watching = ViewServer.start(ServeOptions.of(path).withPort(0))) {
      Client viewer = new Client(watching);
      assertThat(viewer.json("/api/runs").toString())
          .contains("state=damaged")
          .contains("Cannot read log/");
      assertThat(viewer.json("/api/runs/hurt").toString())
          .contains("aw recover STORE --out NEW makes a store of all that can be proven")
          .contains("{name=mass, type=f64, refers_to=null}");
      assertThat(viewer.refusal("/api/runs/hurt/at?tick=1"))
          .startsWith("422 damaged_file: Cannot read log/");
    }
  }

  @Test
  void damage_met_on_the_way_cuts_the_stream() throws IOException {
    Path path = SmallRuns.ecosystem(folder.resolve("torn"), 80, 3);
    Path log = path.resolve("log/00000000000000000000.arrow");
    byte[] bytes = Files.readAllBytes(log);
    bytes[bytes.length / 2] ^= 1;
    Files.write(log, bytes);
    try (ViewServer watching = ViewServer.start(ServeOptions.of(path).withPort(0))) {
      Client viewer = new Client(watching);
      assertThat(viewer.refusal("/api/runs/torn/at?tick=80"))
          .startsWith("422 damaged_file: Cannot read log/");
      assertThatThrownBy(() -> viewer.get("/api/runs/torn/frames?columns=food"))
          .isInstanceOf(java.io.UncheckedIOException.class);
      assertThat(viewer.arrow("/api/runs/torn/at?tick=3")).hasSize(5);
    }
  }
}
