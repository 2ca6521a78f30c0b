// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.ScanProgress;
import org.arrowworld.maintenance.StorePublication;
import org.arrowworld.published.Addresses;
import org.arrowworld.published.Patience;
import org.arrowworld.published.PublishTarget;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Publishing to S3 and reading from it, by a server that fails in every way (spec P-1 to P-7). */
class S3StoreTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(TableSchema.row("ship").column("x", ColumnType.F64).build());
  private static final Patience SHORT =
      new Patience(3, Duration.ofMillis(1), Duration.ofMillis(2000));
  private static final URI ADDRESS = URI.create("s3://bucket/runs/the%20one");
  private static final S3Place PLACE = S3Place.of(ADDRESS);
  private static final String PREFIX = "runs/the one/";
  private static final String SEGMENT = "log/00000000000000000000.arrow";

  @TempDir private static Path shared;

  /** A store of some hundred KiB. */
  private static Path run;

  private static List<String> hashes;

  private FakeS3 server;

  @BeforeAll
  static void a_run() throws IOException {
    System.setProperty("aws.accessKeyId", "somebody");
    System.setProperty("aws.secretAccessKey", "a secret");
    System.setProperty("aws.configFile", shared.resolve("none").toString());
    System.setProperty("aws.sharedCredentialsFile", shared.resolve("none").toString());
    run = shared.resolve("run");
    make(run, 4);
    try (Store store = Store.open(run)) {
      store.compact();
      store.snapshot(2);
      hashes = hashes(store);
    }
  }

  private static void make(Path directory, int ticks) throws IOException {
    LogOptions log = LogOptions.DEFAULT.withDurability(Durability.NONE);
    StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
    try (Storage storage = new DiskStorage(directory);
        LiveWorld live = LiveWorld.create(storage, info, WorldOptions.DEFAULT.withLog(log))) {
      for (int tick = 0; tick < ticks; tick++) {
        live.tick(
            t -> {
              for (int row = 0; row < 8_000; row++) {
                t.table("ship").insert().set("x", row + 0.5);
              }
            });
      }
    }
  }

  private static List<String> hashes(Store store) throws IOException {
    List<String> all = new ArrayList<>();
    for (long tick = store.firstTick(); tick <= store.lastTick(); tick++) {
      all.add(store.hashWorld(tick));
    }
    return all;
  }

  @BeforeEach
  void a_server() throws IOException {
    server = new FakeS3();
    System.setProperty("aws.endpointUrlS3", server.endpoint().toString());
  }

  @AfterEach
  void it_ends() {
    server.close();
  }

  private static StorePublication.Report publish() throws IOException {
    try (Store store = Store.open(run)) {
      return store.publish(ADDRESS);
    }
  }

  private static void publish(PublishTarget target) throws IOException {
    try (Storage source = new DiskStorage(run);
        BufferAllocator memory = new RootAllocator()) {
      StorePublication.run(source, target, ScanProgress.NONE, memory);
    }
  }

  private static Storage storage() throws IOException {
    return Addresses.storage(ADDRESS, SHORT);
  }

  private List<String> puts() {
    return server.requests().stream()
        .filter(r -> r.startsWith("PUT "))
        .map(r -> r.substring(("PUT " + PREFIX).length()))
        .toList();
  }

  @Test
  void a_run_is_published_and_read_with_few_requests() throws IOException {
    StorePublication.Report report = publish();
    assertThat(report.sentFiles()).isEqualTo(report.files()).isEqualTo(puts().size());
    assertThat(puts()).startsWith("files.json").endsWith("store.json").contains(SEGMENT); // P-3
    assertThat(server.requests().get(0)).as("a list, and then").isEqualTo("GET");
    assertThat(server.requests())
        .as("one PUT of each file, one GET of each to compare it, files.json aside")
        .hasSize(1 + report.files() + report.files() - 1);
    server.plan((request, what) -> FakeS3.Fault.NONE);
    try (Store store = Store.open(ADDRESS);
        Store local = Store.open(run)) {
      assertThat(server.requests())
          .as("opening: files.json, store.json, the segment's header and its footer")
          .hasSize(4)
          .allMatch(r -> r.startsWith("GET " + PREFIX) && r.contains("bytes="));
      assertThat(server.sentBytes()).isLessThan(3 * (64 << 10));
      assertThat(hashes(store)).isEqualTo(hashes);
      assertThat(store.history("ship", 9_000).toList())
          .isEqualTo(local.history("ship", 9_000).toList())
          .isNotEmpty();
      assertThat(store.verify().findings()).isEmpty();
      assertThatThrownBy(store::compact)
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("Cannot change the store in s3://bucket/" + PREFIX);
    }
    assertThat(server.requests()).as("nothing but reading").allMatch(r -> r.startsWith("GET "));
  }

  @Test
  void what_is_cut_off_goes_on_and_is_equal() throws IOException {
    publish();
    Map<String, String> whole = server.tags();
    int requests = server.requests().size();
    for (int failing : new int[] {0, 1, 2, requests / 2, requests - 1}) {
      server.objects.clear();
      int at = failing;
      server.plan((request, what) -> request == at ? FakeS3.Fault.FORBIDDEN : FakeS3.Fault.NONE);
      assertThatThrownBy(S3StoreTest::publish)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("s3://bucket/" + PREFIX)
          .hasMessageContaining("HTTP 403 AccessDenied");
      assertThat(server.objects.containsKey(PREFIX + "store.json"))
          .as("there is a store only when all is there")
          .isEqualTo(failing == requests - 1);
      int there = server.objects.size();
      server.plan((request, what) -> FakeS3.Fault.NONE);
      StorePublication.Report report = publish();
      assertThat(report.sentFiles()).isEqualTo(report.files() - there);
      assertThat(server.tags()).isEqualTo(whole);
    }
  }

  @Test
  void what_fails_once_is_tried_again() throws IOException {
    for (FakeS3.Fault fault :
        List.of(FakeS3.Fault.UNAVAILABLE, FakeS3.Fault.CUT, FakeS3.Fault.LOST)) {
      server.objects.clear();
      server.plan((request, what) -> request % 2 == 0 ? fault : FakeS3.Fault.NONE);
      try (PublishTarget target = new S3Target(PLACE, S3Clients.writing(SHORT))) {
        publish(target);
      }
      server.plan((request, what) -> request % 2 == 0 ? fault : FakeS3.Fault.NONE); // P-6
      try (Storage storage = storage();
          Store store = Store.open(storage)) {
        assertThat(hashes(store)).as(fault.toString()).isEqualTo(hashes);
      }
    }
  }

  @Test
  void what_fails_again_and_again_is_an_error_that_says_so() throws IOException {
    publish();
    for (FakeS3.Fault fault : List.of(FakeS3.Fault.UNAVAILABLE, FakeS3.Fault.CUT)) {
      server.plan((request, what) -> FakeS3.Fault.NONE);
      try (Storage storage = storage();
          Store store = Store.open(storage)) {
        server.plan((request, what) -> fault);
        assertThatThrownBy(() -> store.hashWorld(1))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("of " + SEGMENT + " in s3://bucket/" + PREFIX)
            .hasMessageContaining("asked 3 times");
      }
    }
    Patience shorter = new Patience(2, Duration.ofMillis(1), Duration.ofMillis(300));
    server.plan((request, what) -> FakeS3.Fault.SILENT);
    assertThatThrownBy(() -> Addresses.storage(ADDRESS, shorter))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("asked 2 times: Read timed out");
    server.plan((request, what) -> FakeS3.Fault.WHOLE_OBJECTS);
    assertThatThrownBy(S3StoreTest::storageAndItsFirstWorld)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("asked 1 time: the server sends whole files and no parts of them");
    server.plan((request, what) -> FakeS3.Fault.FORBIDDEN);
    assertThatThrownBy(S3StoreTest::storage)
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("files.json: HTTP 403 AccessDenied");
  }

  private static void storageAndItsFirstWorld() throws IOException {
    try (Storage storage = storage();
        Store store = Store.open(storage)) {
      store.hashWorld(0);
    }
  }

  @Test
  void an_object_that_is_replaced_or_gone_is_an_error_and_never_a_mix() throws IOException {
    publish();
    byte[] before = server.objects.get(PREFIX + SEGMENT);
    for (boolean gone : new boolean[] {false, true}) {
      server.objects.put(PREFIX + SEGMENT, before);
      try (Storage storage = storage();
          Store store = Store.open(storage)) {
        byte[] other = before.clone();
        other[200_000] ^= 1;
        server.objects.put(PREFIX + SEGMENT, other);
        if (gone) {
          server.objects.remove(PREFIX + SEGMENT);
        }
        assertThatThrownBy(() -> store.hashWorld(1)) // P-5
            .isInstanceOfSatisfying(
                DamagedFileException.class, e -> assertThat(e.file()).isEqualTo(SEGMENT))
            .hasMessageContaining(
                gone
                    ? "does not have it any more"
                    : "HTTP 412 PreconditionFailed, its ETag is another one");
      }
    }
    server.objects.clear();
    assertThatThrownBy(() -> Store.open(ADDRESS))
        .isInstanceOf(StoreNotFoundException.class)
        .hasMessage(
            "Cannot open a store at s3://bucket/"
                + PREFIX
                + ": there is no files.json; check the address, and publish the store there with aw publish");
  }

  @Test
  void nothing_is_written_over() throws IOException {
    server.objects.put(PREFIX + "somebody's", new byte[] {1});
    assertThatThrownBy(S3StoreTest::publish)
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("somebody's is there already");
    assertThat(server.objects).containsOnlyKeys(PREFIX + "somebody's");
    server.objects.clear();
    server.objects.put("runs/the one more/files.json", new byte[] {1}); // not below the prefix
    byte[] other = {2};
    server.plan(
        (request, what) -> {
          if (what.startsWith("PUT") && what.endsWith(SEGMENT)) { // after the list was looked at
            server.objects.putIfAbsent(PREFIX + SEGMENT, other);
          }
          return FakeS3.Fault.NONE;
        });
    assertThatThrownBy(S3StoreTest::publish)
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(
            "Cannot publish to s3://bucket/" + PREFIX + ": there is a " + SEGMENT + " already");
    assertThat(server.objects.get(PREFIX + SEGMENT)).isEqualTo(other);
  }

  @Test
  void a_server_without_conditions_is_asked_first() throws IOException {
    server.plan((request, what) -> FakeS3.Fault.NO_CONDITIONS);
    StorePublication.Report report = publish();
    assertThat(server.requests().stream().filter(r -> r.startsWith("HEAD ")))
        .hasSize(report.files());
    try (Store store = Store.open(ADDRESS)) {
      assertThat(hashes(store)).isEqualTo(hashes);
    }
  }

  @Test
  void the_module_is_found_by_threads_with_another_class_loader() throws IOException {
    publish();
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try (Store store = Store.open(ADDRESS)) {
      assertThat(store.hashWorld(1)).isEqualTo(hashes.get(1));
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void a_large_file_goes_in_parts() throws IOException {
    publish();
    Map<String, String> whole = server.tags();
    int bytes = server.objects.get(PREFIX + SEGMENT).length;
    server.objects.clear();
    server.plan((request, what) -> FakeS3.Fault.NONE);
    try (PublishTarget target = new S3Target(PLACE, S3Clients.writing(SHORT), 100_000, 70_000)) {
      publish(target);
    }
    assertThat(server.tags()).isEqualTo(whole);
    assertThat(puts().stream().filter(SEGMENT::equals)).hasSize((bytes + 69_999) / 70_000);
  }

  @Test
  void an_address_is_a_bucket_and_a_prefix_and_nothing_else() {
    assertThat(S3Place.of(URI.create("s3://a_bucket/x//y/"))).hasToString("s3://a_bucket/x//y/");
    assertThat(S3Place.of(URI.create("s3://bucket")).key("store.json")).isEqualTo("store.json");
    for (String wrong :
        List.of("s3://key:secret@bucket/x", "s3://bucket:90/x", "s3:///x", "s3://bucket/x?y=1")) {
      assertThatThrownBy(() -> Store.open(URI.create(wrong)))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining(
              "expected s3://bucket/prefix, without user, port, query or fragment")
          .hasMessageNotContaining("secret");
    }
  }
}
