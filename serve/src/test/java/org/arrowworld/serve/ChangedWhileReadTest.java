// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stores that change in the midst of streams of them. A reply is the history that the store had
 * when it was asked for, or a beginning of that and a cut connection; never a mix of two.
 */
class ChangedWhileReadTest {
  private static final int ROWS = 12_000;
  private static final int TICKS = 16;
  private static final int SEGMENT_BYTES = 1 << 18;
  private static final WorldOptions OPTIONS =
      WorldOptions.DEFAULT.withLog(
          LogOptions.DEFAULT
              .withDurability(Durability.NONE)
              .withContainers(2, ROWS + 1)
              .withSegmentBytes(SEGMENT_BYTES));
  private static final List<String> STREAMS =
      List.of("frames?columns=dot", "play?columns=dot", "log");

  private static final String LAST = "/at?columns=dot&ids=7&tick=" + TICKS;

  @TempDir static Path folder;
  private static Path original;
  private static final Map<String, byte[]> WHOLE = new LinkedHashMap<>();

  private interface Change {
    void of(Path store) throws IOException;
  }

  @BeforeAll
  static void make() throws IOException {
    WorldSchema schema = WorldSchema.of(TableSchema.row("dot").column("v", ColumnType.F64).build());
    original = folder.resolve("original");
    try (LiveWorld live = LiveWorld.create(original, schema, OPTIONS)) {
      live.tick(t -> t.table("dot").insertAll(ROWS));
      fill(live, 1, TICKS, 0);
      live.seal();
    }
    try (ViewServer server = ViewServer.start(ServeOptions.of(original).withPort(0))) {
      Client client = new Client(server);
      for (String stream : STREAMS) {
        WHOLE.put(stream, client.get("/api/runs/original/" + stream).body());
      }
    }
    assertThat(WHOLE.get("log").length).isGreaterThan(4 << 20);
    try (Stream<Path> segments = Files.list(original.resolve("log"))) {
      assertThat(segments.filter(s -> s.toString().endsWith(".arrow"))).hasSizeGreaterThan(8);
    }
  }

  @AfterAll
  static void forget() {
    WHOLE.clear();
  }

  private static void fill(LiveWorld live, int from, int to, double plus) throws IOException {
    for (int tick = from; tick <= to; tick++) {
      double value = tick + plus;
      live.tick(
          t -> {
            for (int slot = 0; slot < ROWS; slot++) {
              t.table("dot").setSlot(slot, "v", value + slot);
            }
          });
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes of)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(path).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes of) throws IOException {
            Files.copy(path, to.resolve(from.relativize(path).toString()));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static List<Path> segments(Path store) throws IOException {
    try (Stream<Path> all = Files.list(store.resolve("log"))) {
      return all.filter(s -> s.toString().endsWith(".arrow")).sorted().toList();
    }
  }

  /**
   * Begins all streams of a copy, changes it, and takes the rest of them.
   *
   * @param epoch which history of the run the server comes to see, a moment later
   * @return what the server says of the last tick afterwards
   */
  private static HttpResponse<byte[]> changed(String name, int epoch, Change change)
      throws IOException {
    Path store = folder.resolve(name);
    copy(original, store);
    try (ViewServer server = ViewServer.start(ServeOptions.of(store).withPort(0))) {
      List<org.arrowworld.serve.Stream> streams = new ArrayList<>();
      for (String stream : STREAMS) {
        streams.add(new org.arrowworld.serve.Stream(server, "/api/runs/" + name + "/" + stream));
      }
      change.of(store);
      for (int i = 0; i < STREAMS.size(); i++) {
        assertIsBeginning(STREAMS.get(i), streams.get(i));
        streams.get(i).close();
      }
      return afterwards(new Client(server), "/api/runs/" + name + LAST, epoch);
    } finally {
      for (Path segment : segments(store)) {
        Files.delete(segment);
      }
    }
  }

  private static HttpResponse<byte[]> afterwards(Client client, String path, int epoch) {
    HttpResponse<byte[]> reply = client.get(path);
    for (int tries = 0; tries < 100_000 && epoch(reply) < epoch; tries++) {
      reply = client.get(path);
    }
    assertThat(epoch(reply)).isEqualTo(epoch);
    return reply;
  }

  private static int epoch(HttpResponse<byte[]> reply) {
    return Integer.parseInt(reply.headers().firstValue("Aw-Epoch").orElseThrow());
  }

  private static void assertIsBeginning(String name, org.arrowworld.serve.Stream stream)
      throws IOException {
    assertThat(stream.head()).as(name).startsWith("HTTP/1.1 200 ").contains("Aw-epoch: 0\n");
    byte[] came = stream.rest();
    byte[] expected = WHOLE.get(name);
    int differs = java.util.Arrays.mismatch(came, expected);
    assertThat(differs).as(name + ": the first byte of another history").isIn(-1, came.length);
    assertThat(stream.isWhole()).as(name).isEqualTo(came.length == expected.length);
  }

  private static List<Object> values(HttpResponse<byte[]> reply) throws IOException {
    assertThat(reply.statusCode())
        .as(() -> new String(reply.body(), StandardCharsets.UTF_8))
        .isEqualTo(200);
    return Client.tables(reply.body()).get(0).columns().get("v");
  }

  @Test
  void a_store_that_is_cut_back_and_goes_on_otherwise() throws IOException {
    HttpResponse<byte[]> after =
        changed(
            "cut",
            1,
            path -> {
              try (Store store = Store.open(path)) {
                store.truncateAfter(4);
              }
              try (LiveWorld live = LiveWorld.resume(path, OPTIONS)) {
                fill(live, 5, TICKS, 0.5);
                live.seal();
              }
            });
    assertThat(values(after)).isEqualTo(List.of(TICKS + 7.5));
  }

  @Test
  void a_store_whose_segments_are_merged() throws IOException {
    HttpResponse<byte[]> after =
        changed(
            "merged",
            0,
            path -> {
              try (Store store = Store.open(path)) {
                store.compact();
              }
            });
    assertThat(values(after)).isEqualTo(List.of(TICKS + 7.0));
  }

  @Test
  void a_store_that_gives_up_old_ticks() throws IOException {
    HttpResponse<byte[]> after =
        changed(
            "short",
            1,
            path -> {
              try (Store store = Store.open(path)) {
                store.compact(StoreCompaction.Options.ALL_TICKS.keepingTicks(2));
              }
            });
    assertThat(values(after)).isEqualTo(List.of(TICKS + 7.0));
  }

  @Test
  void a_store_whose_place_another_takes() throws IOException {
    Path other = folder.resolve("other");
    copy(original, other);
    try (Store store = Store.open(other)) {
      store.truncateAfter(2);
    }
    try (LiveWorld live = LiveWorld.resume(other, OPTIONS)) {
      fill(live, 3, TICKS, 0.25);
      live.seal();
    }
    HttpResponse<byte[]> after =
        changed(
            "replaced",
            1,
            path -> {
              Files.move(path, folder.resolve("aside"));
              Files.move(other, path);
            });
    assertThat(values(after)).isEqualTo(List.of(TICKS + 7.25));
  }

  @Test
  void a_store_that_is_damaged() throws IOException {
    HttpResponse<byte[]> after =
        changed(
            "hurt",
            0,
            path -> {
              List<Path> segments = segments(path);
              for (Path segment : segments.subList(1, segments.size())) {
                byte[] bytes = Files.readAllBytes(segment);
                bytes[bytes.length / 2] ^= 1;
                Files.write(segment, bytes);
              }
            });
    if (after.statusCode() == 200) { // by a reader that had come to the end before
      assertThat(values(after)).isEqualTo(List.of(TICKS + 7.0));
    } else {
      assertThat(Client.refusal(after.body())).startsWith("422 damaged_file: Cannot read log/");
    }
  }

  @Test
  void a_store_that_loses_its_last_files() throws IOException {
    HttpResponse<byte[]> after =
        changed(
            "lost",
            1,
            path -> {
              List<Path> segments = segments(path);
              for (Path segment : segments.subList(segments.size() - 4, segments.size())) {
                Files.delete(segment);
              }
            });
    assertThat(Client.refusal(after.body())).startsWith("400 invalid_use: No world at tick 16");
  }
}
