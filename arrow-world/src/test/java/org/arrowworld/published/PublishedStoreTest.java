// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.field.FieldMetadata;
import org.arrowworld.field.FieldRunOptions;
import org.arrowworld.field.FieldSnapshotWriter;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.BatchFilter;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPlan;
import org.arrowworld.log.PlanReader;
import org.arrowworld.log.PlannedBatch;
import org.arrowworld.maintenance.StorePublication;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Publishing, and reading by a web server that fails in every way (spec P-1 to P-7). */
class PublishedStoreTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("ship")
              .column("x", ColumnType.F64)
              .column("flag", ColumnType.STRING)
              .build());
  private static final Patience SHORT =
      new Patience(3, Duration.ofMillis(1), Duration.ofMillis(2000));

  @TempDir private static Path shared;

  /** A store of some MiB, published once. */
  private static Path run;

  private static Path published;
  private static List<String> hashes;

  @TempDir private Path folder;
  private FaultyServer server;
  private final BufferAllocator memory = new RootAllocator();

  @BeforeAll
  static void a_published_run() throws IOException {
    run = shared.resolve("run");
    make(run, 5);
    published = shared.resolve("published");
    try (Store store = Store.open(run)) {
      store.snapshot(2);
      StorePublication.Report report = store.publish(published);
      assertThat(report.sentFiles()).isEqualTo(report.files());
      assertThat(report.lastTick()).isEqualTo(4);
    }
    hashes = hashes(run);
  }

  private static void make(Path directory, int ticks) throws IOException {
    LogOptions log = LogOptions.DEFAULT.withDurability(Durability.NONE);
    StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
    try (Storage storage = new DiskStorage(directory);
        LiveWorld live = LiveWorld.create(storage, info, WorldOptions.DEFAULT.withLog(log))) {
      for (int tick = 0; tick < ticks; tick++) {
        String flag = "of " + tick;
        live.tick(
            t -> {
              for (int row = 0; row < 25_000; row++) {
                t.table("ship").insert().set("x", row + 0.5).set("flag", flag);
              }
            });
      }
    }
  }

  private static List<String> hashes(Path directory) throws IOException {
    try (Store store = Store.open(directory)) {
      return hashes(store);
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
    copy(published, folder.resolve("web"));
    server = new FaultyServer(folder.resolve("web"));
  }

  @AfterEach
  void nothing_is_left() {
    server.close();
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private Storage storage() throws IOException {
    return Addresses.storage(server.address(), SHORT);
  }

  private Path web(String name) {
    return folder.resolve("web").resolve(name);
  }

  private static String segment() {
    return "log/00000000000000000000.arrow";
  }

  @Test
  void a_published_store_is_sealed_and_listed_and_holds_nothing_else() throws IOException {
    FileList list;
    try (Storage storage = new DiskStorage(published)) { // P-1, P-2
      list = FileList.read(storage);
      assertThat(list.check(storage)).isEmpty();
    }
    assertThat(list.files().stream().map(FileList.Entry::name))
        .contains("store.json", segment())
        .noneMatch(name -> name.contains("live") || name.equals("LOCK"));
    assertThat(Files.exists(published.resolve("LOCK"))).isFalse();
    try (Store store = Store.open(published)) {
      assertThat(hashes(store)).isEqualTo(hashes);
      assertThat(store.verify().findings()).isEmpty();
    }
    assertThat(FileList.decode(list.encode())).isEqualTo(list);
    FileList.Entry high = new FileList.Entry("fields/\uffee", 1, 2);
    FileList.Entry higher = new FileList.Entry("fields/\ud83d\ude00", 1, 2);
    FileList ordered = new FileList(list.store(), List.of(high, higher));
    assertThat(FileList.decode(ordered.encode()).find(higher.name())).contains(higher);
    FileList turned = new FileList(list.store(), List.of(higher, high));
    assertThatThrownBy(() -> FileList.decode(turned.encode()))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("'name' should be a path within the store, in order");
  }

  @Test
  void worlds_rows_and_lives_are_the_same_by_address() throws IOException {
    try (Store store = Store.open(server.address());
        Store local = Store.open(run)) {
      assertThat(hashes(store)).isEqualTo(hashes);
      assertThat(store.history("ship", 60_000).toList())
          .isEqualTo(local.history("ship", 60_000).toList())
          .isNotEmpty();
      assertThat(store.stats("ship.x").mean()).isEqualTo(local.stats("ship.x").mean());
      assertThat(store.verify().findings()).isEmpty();
      assertThat(store.diff(local).outcome()).isEqualTo(local.diff(local).outcome());
    }
  }

  @Test
  void every_golden_store_is_the_same_by_address() throws IOException {
    Path golden = Path.of("..", "docs", "spec", "conformance");
    List<Path> stores;
    try (Stream<Path> folders = Files.list(golden)) {
      stores = folders.map(f -> f.resolve("store")).filter(Files::isDirectory).toList();
    }
    for (Path store : stores) {
      Path copied = folder.resolve("copies").resolve(store.getParent().getFileName());
      copy(store, copied);
      Path out = folder.resolve("out").resolve(store.getParent().getFileName());
      List<String> expected = hashes(copied);
      try (Store opened = Store.open(copied)) {
        opened.publish(out);
      }
      try (FaultyServer its = new FaultyServer(out);
          Store opened = Store.open(its.address())) {
        assertThat(hashes(opened)).as(store.toString()).isEqualTo(expected);
      }
    }
  }

  @Test
  void opening_and_reading_take_few_requests_and_bytes() throws IOException {
    try (Store store = Store.open(server.address())) {
      assertThat(server.requests())
          .as("opening")
          .hasSize(4) // files.json, store.json, the segment's header and its footer
          .noneMatch(r -> r.startsWith("snapshots"));
      assertThat(server.bytes()).isLessThan(3 * PublishedStorage.BLOCK_BYTES);
      server.plan((request, name) -> FaultyServer.Fault.NONE);
      assertThat(store.hashWorld(4)).isEqualTo(hashes.get(4));
      assertThat(server.bytes()).isLessThan(2 * Files.size(web(segment())));
      assertThat(server.requests()).hasSizeLessThan(16);
    }
    try (Storage storage = storage();
        Store store = Store.open(storage)) {
      LogPlan plan = store.plan(BatchFilter.ALL.ticks(4, 4));
      assertThat(plan.batches()).hasSizeLessThan(3);
      server.plan((request, name) -> FaultyServer.Fault.NONE);
      try (PlanReader reader = PlanReader.open(storage, plan)) {
        for (PlannedBatch batch : plan.batches()) {
          assertThat(reader.read(batch).count()).isPositive();
        }
      }
      // The header and the words, of which the footer has a checksum, are kept.
      assertThat(server.requests()).hasSize(plan.batches().size());
    }
  }

  @Test
  void what_fails_once_is_asked_for_again() throws IOException {
    for (FaultyServer.Fault fault :
        List.of(FaultyServer.Fault.UNAVAILABLE, FaultyServer.Fault.CUT)) { // P-6
      server.plan((request, name) -> request % 2 == 0 ? fault : FaultyServer.Fault.NONE);
      try (Storage storage = storage();
          Store store = Store.open(storage)) {
        assertThat(hashes(store)).as(fault.toString()).isEqualTo(hashes);
      }
    }
  }

  @Test
  void what_fails_again_and_again_is_an_error_that_says_so() throws IOException {
    for (FaultyServer.Fault fault :
        List.of(FaultyServer.Fault.UNAVAILABLE, FaultyServer.Fault.CUT)) {
      server.plan((request, name) -> FaultyServer.Fault.NONE);
      try (Storage storage = storage();
          Store store = Store.open(storage)) {
        server.plan((request, name) -> fault);
        assertThatThrownBy(() -> store.hashWorld(1))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("of " + segment() + " in " + server.address())
            .hasMessageContaining("asked 3 times");
      }
    }
  }

  @Test
  void a_server_that_keeps_silent_is_asked_again_and_given_up() throws IOException {
    Patience shorter = new Patience(2, Duration.ofMillis(1), Duration.ofMillis(300));
    server.plan((n, name) -> n == 0 ? FaultyServer.Fault.SILENT : FaultyServer.Fault.NONE);
    try (Storage storage = Addresses.storage(server.address(), shorter)) {
      assertThat(StoreInfo.read(storage).schema()).isEqualTo(SCHEMA);
    }
    server.plan((request, name) -> FaultyServer.Fault.SILENT);
    assertThatThrownBy(() -> Addresses.storage(server.address(), shorter))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("asked 2 times: no answer within");
  }

  @Test
  void a_file_that_is_replaced_while_it_is_read_is_an_error_and_never_a_mix() throws IOException {
    Path other = folder.resolve("other");
    make(other, 6);
    Path otherPublished = folder.resolve("other published");
    try (Store store = Store.open(other)) {
      store.publish(otherPublished);
    }
    for (FaultyServer.Fault versions :
        List.of(FaultyServer.Fault.NONE, FaultyServer.Fault.NO_VERSION)) { // P-5
      server.plan((request, name) -> versions);
      try (Storage storage = storage();
          Store store = Store.open(storage)) {
        byte[] before = Files.readAllBytes(web(segment()));
        Files.copy(otherPublished.resolve(segment()), web("new"));
        Files.move(web("new"), web(segment()), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> store.hashWorld(1))
            .isInstanceOfSatisfying(
                DamagedFileException.class, e -> assertThat(e.file()).isEqualTo(segment()))
            .hasMessageContaining("it was replaced; a published store never changes");
        Files.write(web(segment()), before);
      }
    }
  }

  @Test
  void a_file_of_the_same_length_with_other_bytes_is_found_by_its_checksums() throws IOException {
    server.plan((request, name) -> FaultyServer.Fault.NO_VERSION);
    try (Storage storage = storage();
        Store store = Store.open(storage)) {
      byte[] bytes = Files.readAllBytes(web(segment()));
      bytes[200_000] ^= 1;
      Files.write(web(segment()), bytes);
      assertThatThrownBy(() -> store.hashWorld(1)).isInstanceOf(DamagedFileException.class);
    }
    byte[] json = Files.readAllBytes(web("store.json"));
    json[20] ^= 1;
    Files.write(web("store.json"), json);
    assertThatThrownBy(() -> Store.open(server.address()))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("Cannot read store.json: it has")
        .hasMessageContaining("it was replaced");
  }

  @Test
  void a_file_that_is_cut_or_gone_is_named() throws IOException {
    byte[] bytes = Files.readAllBytes(web(segment()));
    Files.write(web(segment()), java.util.Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> Store.open(server.address()))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("it has " + (bytes.length - 1) + " bytes, expected " + bytes.length);
    Files.delete(web(segment()));
    assertThatThrownBy(() -> Store.open(server.address()))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("does not have it any more");
    Files.delete(web(FileList.PATH));
    assertThatThrownBy(() -> Store.open(server.address()))
        .isInstanceOf(StoreNotFoundException.class)
        .hasMessage(
            "Cannot open a store at "
                + server.address()
                + "/: there is no files.json; check the address, and publish the store there with aw publish");
  }

  @Test
  void a_server_without_ranges_is_told_apart() throws IOException {
    server.plan((request, name) -> FaultyServer.Fault.WHOLE_FILES);
    assertThatThrownBy(() -> Store.open(server.address()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("asked 1 time: the server sends whole files and no parts of them");
  }

  @Test
  void writing_is_refused_by_name() throws IOException {
    try (Store store = Store.open(server.address())) {
      assertThatThrownBy(store::compact)
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("Cannot change the store in " + server.address());
      assertThatThrownBy(() -> store.truncateAfter(1)).isInstanceOf(InvalidUseException.class);
      assertThat(store.hashWorld(1)).isEqualTo(hashes.get(1));
    }
    try (Storage storage = storage()) {
      assertThatThrownBy(() -> storage.create("x"))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("Cannot create x in")
          .hasMessageContaining("a published store is only read; fork it to go on with it");
    }
    assertThatThrownBy(() -> LiveWorld.resume(folder.resolve("web"))) // P-4
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it was published (files.json)");
    try (Store store = Store.open(server.address())) {
      store.fork(3, folder.resolve("fork"));
    }
    assertThat(hashes(folder.resolve("fork"))).containsExactly(hashes.get(3));
  }

  @Test
  void publishing_goes_on_where_it_was_killed_and_never_over_anything_else() throws IOException {
    Path place = folder.resolve("place");
    copy(published, place);
    Files.delete(place.resolve("store.json")); // P-3
    Files.delete(place.resolve(segment()));
    Files.write(place.resolve(segment() + ".tmp"), new byte[10]);
    try (Store store = Store.open(run)) {
      StorePublication.Report report = store.publish(place);
      assertThat(report.sentFiles()).isEqualTo(2);
      assertThat(store.publish(place).sentFiles()).as("once more").isZero();
    }
    assertThat(hashes(place)).isEqualTo(hashes);
    Path grown = folder.resolve("grown");
    make(grown, 2);
    try (Store store = Store.open(grown)) {
      assertThatThrownBy(() -> store.publish(place))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("another publication, with another files.json, is there already");
      Path taken = Files.createDirectories(folder.resolve("taken"));
      Files.writeString(taken.resolve("notes.txt"), "mine");
      assertThatThrownBy(() -> store.publish(taken))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("notes.txt is there already");
      Files.delete(taken.resolve("notes.txt"));
      Path mine = Files.createDirectories(taken.resolve("store.json.tmp")).resolve("mine");
      Files.writeString(mine, "mine");
      assertThatThrownBy(() -> store.publish(taken))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("store.json.tmp/mine is there already");
      assertThat(mine).exists();
      assertThatThrownBy(() -> store.publish(grown.resolve("log")))
          .isInstanceOf(InvalidUseException.class);
      assertThatThrownBy(() -> store.publish(server.address()))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("web servers take no files");
      assertThatThrownBy(() -> store.publish(URI.create("gopher://host/run")))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining(
              "nothing on the class path knows addresses that begin with gopher:");
    }
    Path changed = folder.resolve("changed");
    copy(published, changed);
    Files.delete(changed.resolve("store.json"));
    Files.write(changed.resolve(segment()), new byte[100]);
    try (Store store = Store.open(run)) {
      assertThatThrownBy(() -> store.publish(changed))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("what arrived of it in");
    }
    assertThat(Files.exists(changed.resolve("store.json"))).isFalse();
  }

  @Test
  void what_an_import_could_not_map_is_published_too() throws IOException {
    Path imported = folder.resolve("imported");
    make(imported, 2);
    Files.createDirectories(imported.resolve("unmapped"));
    Files.writeString(imported.resolve("unmapped/table.arrow"), "kept bit for bit");
    Path place = folder.resolve("place");
    try (Store store = Store.open(imported)) {
      store.publish(place);
      assertThat(place.resolve("unmapped/table.arrow")).hasContent("kept bit for bit");
    }
    try (Store store = Store.open(place)) {
      assertThat(store.verify().findings()).isEmpty();
    }
  }

  @Test
  void nothing_is_made_in_a_published_store() throws IOException {
    Path fields = folder.resolve("web/fields"); // P-4
    FieldMetadata wave = FieldMetadata.grid(2).fields("u").build();
    for (Path root : List.of(fields.getParent(), fields, folder)) {
      try (Storage storage = new DiskStorage(root)) {
        String name = root.relativize(fields.resolve("wave")).toString();
        assertThatThrownBy(
                () -> FieldSnapshotWriter.create(storage, name, wave, FieldRunOptions.DEFAULT))
            .isInstanceOf(InvalidUseException.class)
            .hasMessageContaining("it lies in a published store, which never changes");
      }
    }
    assertThatThrownBy(() -> LiveWorld.create(fields.resolve("run"), SCHEMA))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it lies in the store");
    try (Store store = Store.open(folder.resolve("web"))) {
      assertThat(store.verify().findings()).isEmpty();
    }
  }

  @Test
  void folders_without_files_and_locks_of_killed_writers_are_not_published() throws IOException {
    Path grown = folder.resolve("grown");
    make(grown, 1);
    Files.createDirectories(grown.resolve("fields/empty"));
    Files.createDirectories(grown.resolve("fields/r"));
    Files.writeString(grown.resolve("fields/r/u.npy"), "values");
    Files.writeString(grown.resolve("fields/r/LOCK"), "process 1");
    Files.writeString(grown.resolve("fields/r.tmp.lock"), "process 1");
    Path place = folder.resolve("place");
    try (Store store = Store.open(grown);
        Storage target = new DiskStorage(place)) {
      assertThatThrownBy(() -> store.publish(grown.resolve("fields/place")))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("it lies in the store " + grown);
      store.publish(place);
      assertThat(FileList.read(target).files().stream().map(FileList.Entry::name))
          .filteredOn(name -> name.startsWith("fields"))
          .containsExactly("fields/r/u.npy");
      assertThat(FileList.read(target).check(target)).isEmpty();
      Files.writeString(grown.resolve("fields/a\\b.npy"), "values");
      assertThatThrownBy(() -> store.publish(folder.resolve("other")))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("a list of files cannot have the name fields/a\\b.npy; rename it");
    }
    assertThat(Files.exists(folder.resolve("other/files.json"))).isFalse();
  }

  @Test
  void a_list_of_another_store_is_found() throws IOException {
    try (Storage storage = new DiskStorage(folder.resolve("web"))) { // P-2
      FileList list = FileList.read(storage);
      byte[] another = new FileList("0".repeat(32), list.files()).encode();
      Files.write(web(FileList.PATH), another);
      try (Store store = Store.open(storage)) {
        assertThat(store.verify().findings())
            .containsExactly(
                "files.json is the list of store "
                    + "0".repeat(32)
                    + ", and this is "
                    + list.store());
      }
    }
  }

  @Test
  void addresses_and_replies_that_cannot_be_are_told() throws IOException {
    for (String address : List.of("http:///x", "http:x", "https://a_b:x/y")) {
      assertThatThrownBy(() -> Store.open(URI.create(address)))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("the address names no host");
    }
    server.plan((request, name) -> FaultyServer.Fault.HUGE_TOTAL);
    assertThatThrownBy(() -> Store.open(server.address()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("asked 1 time: it answered bytes 0 on with Content-Range");
  }

  @Test
  void a_run_that_goes_on_and_a_damaged_store_are_not_published() throws IOException {
    Path grown = folder.resolve("grown");
    make(grown, 1);
    try (LiveWorld live = LiveWorld.resume(grown);
        Store store = Store.open(grown)) {
      assertThatThrownBy(() -> store.publish(folder.resolve("out")))
          .isInstanceOf(StoreLockedException.class);
      live.tick(t -> {});
    }
    try (Store store = Store.open(grown)) {
      store.seal();
    }
    Path log = grown.resolve(segment());
    byte[] bytes = Files.readAllBytes(log);
    bytes[bytes.length / 2] ^= 1;
    Files.write(log, bytes);
    try (Store store = Store.open(grown)) {
      assertThatThrownBy(() -> store.publish(folder.resolve("out")))
          .isInstanceOf(DamagedFileException.class);
    }
    assertThat(Files.exists(folder.resolve("out/store.json"))).isFalse();
  }

  @Test
  void verification_compares_a_published_store_with_its_list() throws IOException {
    Files.writeString(web("log/00000000000000000000.note"), "x");
    Files.write(web("log/extra"), new byte[3]);
    try (Storage storage = new DiskStorage(folder.resolve("web"))) { // P-7
      assertThat(Store.verify(storage, Verifier.Options.STANDARD).findings())
          .contains("log/extra: it is not in files.json");
      Path json = web("store.json");
      Files.move(json, web("kept.json"));
      Files.write(json, "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertThat(FileList.read(storage).check(storage))
          .anyMatch(finding -> finding.startsWith("store.json: it has 2 bytes with CRC-32"));
      Files.delete(json);
      assertThat(FileList.read(storage).check(storage))
          .contains("store.json: it is missing, and files.json has it");
    }
  }
}
