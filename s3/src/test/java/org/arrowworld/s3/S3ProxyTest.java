// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.log.ScanProgress;
import org.arrowworld.maintenance.StorePublication;
import org.arrowworld.published.FileList;
import org.arrowworld.published.Patience;
import org.arrowworld.published.PublishTarget;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Every golden store by a server that others made: s3proxy, as a process on loopback. */
@EnabledIfSystemProperty(
    named = "aw.s3proxy",
    matches = ".+",
    disabledReason = "it needs s3proxy (55 MB), which -Ps3proxy brings")
class S3ProxyTest {
  private static final Pattern STARTED =
      Pattern.compile("Started \\S*ServerConnector.*\\{127\\.0\\.0\\.1:([0-9]+)\\}");

  @TempDir private static Path shared;
  private static Process server;

  @BeforeAll
  static void a_server_with_a_bucket() throws IOException {
    Files.createDirectories(shared.resolve("data").resolve("bucket"));
    Path conf = shared.resolve("conf");
    Files.write(
        conf,
        List.of(
            "s3proxy.endpoint=http://127.0.0.1:0",
            "s3proxy.authorization=aws-v2-or-v4",
            "s3proxy.identity=somebody",
            "s3proxy.credential=a-secret",
            "jclouds.provider=filesystem-nio2",
            "jclouds.filesystem.basedir=" + shared.resolve("data")));
    server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                System.getProperty("aw.s3proxy"),
                "--properties",
                conf.toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader out = new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8));
    StringBuilder said = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.append(line).append('\n');
      Matcher started = STARTED.matcher(line);
      if (started.find()) {
        System.setProperty("aws.endpointUrlS3", "http://127.0.0.1:" + started.group(1));
        System.setProperty("aws.accessKeyId", "somebody");
        System.setProperty("aws.secretAccessKey", "a-secret");
        Thread rest = new Thread(() -> out.lines().forEach(l -> {}));
        rest.setDaemon(true);
        rest.start();
        return;
      }
    }
    throw new IllegalStateException("s3proxy ended:\n" + said);
  }

  @AfterAll
  static void it_ends() {
    server.destroyForcibly();
  }

  private static URI at(String place) {
    return URI.create("s3://bucket/golden/" + place);
  }

  private static List<Path> golden() throws IOException {
    try (Stream<Path> folders = Files.list(Path.of("..", "docs", "spec", "conformance"))) {
      return folders.map(f -> f.resolve("store")).filter(Files::isDirectory).sorted().toList();
    }
  }

  /** A copy of a golden store, which publishing compacts. */
  private static Path copy(Path store, String purpose) throws IOException {
    Path copy = shared.resolve(purpose).resolve(store.getParent().getFileName());
    try (Stream<Path> files = Files.walk(store)) {
      for (Path file : files.toList()) {
        Path target = copy.resolve(store.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
    return copy;
  }

  @Test
  void every_golden_store_is_the_same_in_s3() throws IOException {
    for (Path golden : golden()) {
      URI place = at(golden.getParent().getFileName().toString());
      try (Store local = Store.open(copy(golden, "whole"))) {
        StorePublication.Report report = local.publish(place);
        assertThat(report.sentFiles()).isEqualTo(report.files());
        assertThat(local.publish(place).sentFiles()).as("it is there").isZero();
        try (Store store = Store.open(place)) {
          for (long tick = local.firstTick(); tick <= local.lastTick(); tick++) {
            assertThat(store.hashWorld(tick))
                .as("%s at %d", place, tick)
                .isEqualTo(local.hashWorld(tick));
          }
          assertThat(store.verify().findings()).isEmpty();
        }
      }
    }
  }

  @Test
  void nothing_is_written_over_and_parts_are_one_file() throws IOException {
    Path golden = golden().get(0);
    Path run = copy(golden, "parts");
    URI place = at("parts");
    try (Storage source = new DiskStorage(run);
        BufferAllocator memory = new RootAllocator();
        PublishTarget target =
            new S3Target(S3Place.of(place), S3Clients.writing(Patience.USUAL), 1000, 5 << 20)) {
      StorePublication.run(source, target, ScanProgress.NONE, memory);
      String segment = "log/" + source.list("log").get(0);
      FileList.Entry bytes = FileList.Entry.of(source, segment);
      FileList.Entry other = new FileList.Entry("store.json", bytes.bytes(), bytes.crc32());
      assertThatThrownBy(() -> put(target, other, source, segment))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("there is a store.json already");
    }
    try (Store store = Store.open(place);
        Store local = Store.open(run)) {
      assertThat(store.hashWorld(store.lastTick())).isEqualTo(local.hashWorld(local.lastTick()));
    }
    try (Store other = Store.open(copy(golden().get(1), "other"))) {
      assertThatThrownBy(() -> other.publish(place))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("another publication, with another files.json, is there already");
    }
  }

  private static void put(PublishTarget target, FileList.Entry entry, Storage source, String file)
      throws IOException {
    try (ReadableFile bytes = source.openRead(file)) {
      target.put(entry, bytes);
    }
  }

  @Test
  void what_is_not_there_and_who_may_not_are_told() {
    assertThatThrownBy(() -> Store.open(at("none")))
        .isInstanceOf(StoreNotFoundException.class)
        .hasMessageContaining("there is no files.json; check the address");
    System.setProperty("aws.secretAccessKey", "another");
    try {
      assertThatThrownBy(() -> Store.open(at("none")))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("HTTP 403 SignatureDoesNotMatch");
    } finally {
      System.setProperty("aws.secretAccessKey", "a-secret");
    }
  }
}
