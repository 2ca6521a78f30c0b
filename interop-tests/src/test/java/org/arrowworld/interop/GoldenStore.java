// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.Json;
import org.arrowworld.live.SnapshotHashes;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.TickTime;
import org.arrowworld.table.WorldView;
import org.arrowworld.tick.TickBody;

/** A golden store being written, and what a reader must find in it. */
final class GoldenStore {
  private final Path directory;
  private final Storage storage;
  private final BufferAllocator memory;
  private final List<Map<String, Object>> ticks = new ArrayList<>();
  private Map<Path, byte[]> kept = Map.of();
  private Optional<TickTime> time = Optional.empty();
  private SnapshotHashes hashes = SnapshotHashes.STORED;

  GoldenStore(Path directory, BufferAllocator memory) throws IOException {
    this.directory = directory;
    this.memory = memory;
    Files.createDirectories(directory);
    this.storage = new DiskStorage(directory.resolve("store"));
  }

  Storage storage() {
    return storage;
  }

  BufferAllocator memory() {
    return memory;
  }

  /** Makes snapshots be published without hashes from here on. */
  void hashOnDemand() {
    hashes = SnapshotHashes.ON_DEMAND;
  }

  private WorldOptions options() {
    return WorldOptions.DEFAULT.withSnapshots(hashes).withAllocator(memory);
  }

  /** Makes the store; the caller closes the world. */
  LiveWorld create(String id, WorldSchema schema) throws IOException {
    return LiveWorld.create(storage, info(id, schema), options());
  }

  /** Makes a store whose ticks have a time; the caller closes the world. */
  LiveWorld create(String id, WorldSchema schema, TickTime ticks) throws IOException {
    time = Optional.of(ticks);
    return LiveWorld.create(storage, info(id, schema).withTime(time), options());
  }

  /** What the store says about itself; the same in every run. */
  static StoreInfo info(String id, WorldSchema schema) {
    return new StoreInfo(
        new StoreId(id),
        schema,
        true,
        "step",
        Map.of("purpose", "conformance"),
        Map.of("writer", "arrow-world conformance generator"));
  }

  /** Goes on with the store. */
  LiveWorld resume() throws IOException {
    return resume(LogOptions.DEFAULT);
  }

  LiveWorld resume(LogOptions options) throws IOException {
    return LiveWorld.resume(storage, options().withLog(options));
  }

  /** Commits a tick and notes what it made of the world. */
  void tick(LiveWorld live, long tick, TickBody<RuntimeException> systems) throws IOException {
    int rows = live.tick(tick, systems);
    note(rows, live.world(), live.acknowledged());
  }

  /** Notes what a world is after a tick of so many rows. */
  void note(int rows, WorldView world, LogPosition position) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("tick", world.tick());
    report.put("log_rows", rows);
    time.ifPresent(when -> report.put("time", when.at(world.tick())));
    time.ifPresent(when -> report.put("instant", when.instant(world.tick()).toString()));
    report.putAll(WorldReport.of(world, position));
    ticks.add(report);
  }

  /** Ticks before this one cannot be asked for any more. */
  void forgetBefore(long tick) {
    ticks.removeIf(t -> (Long) t.get("tick") < tick);
  }

  /** Writes {@code expected.json}, one line per tick, so that a change can be reviewed. */
  void expect(LiveWorld live) throws IOException {
    WorldView world = live.world();
    List<String> words = new ArrayList<>();
    for (int code = 0; code < world.codebook().size(); code++) {
      words.add(world.codebook().word(code));
    }
    List<String> keys = world.schema().keys().stream().map(Key::name).toList();
    Map<String, Object> said = new LinkedHashMap<>();
    for (TableSchema table : world.schema().tables()) {
      for (Column column : table.columns()) {
        if (!column.words().isEmpty()) {
          said.put(table.name() + "." + column.name(), column.words());
        }
      }
    }
    String text =
        Text.of(
                "{\"keys\":%s,\n\"codebook\":%s,\n%s\"ticks\":[\n%s\n]}\n",
                Json.write(keys),
                Json.write(words),
                said.isEmpty() ? "" : "\"columns\":" + Json.write(said) + ",\n",
                String.join(",\n", ticks.stream().map(Json::write).toList()))
            .replace("\r", "");
    Files.writeString(directory.resolve("expected.json"), text, StandardCharsets.UTF_8);
  }

  /** Keeps the live segment as it is at this moment, before the world is closed. */
  void killWriterAfter(LiveWorld live) throws IOException {
    live.sync(); // when it returns, the room behind the last tick is made
    Path folder = directory.resolve("store/log/live");
    String name = storage.list("log/live").get(0);
    kept = Map.of(folder.resolve(name), Files.readAllBytes(folder.resolve(name)));
  }

  /** The lock names the process that wrote the store; a killed one closes no file. */
  void forgetWriter() throws IOException {
    for (Map.Entry<Path, byte[]> file : kept.entrySet()) {
      Files.write(file.getKey(), file.getValue());
    }
    Files.deleteIfExists(directory.resolve("store").resolve("LOCK"));
  }
}
