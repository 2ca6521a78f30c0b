// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogFollower;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.SegmentInfo;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.maintenance.StoreDoctor;
import org.arrowworld.maintenance.StoreFork;
import org.arrowworld.maintenance.StoreRecovery;
import org.arrowworld.maintenance.StoreTruncation;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.tick.Born;
import org.arrowworld.timeline.Cursor;
import org.arrowworld.timeline.HistoryQuery;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.arrowworld.window.StreamingWorld;
import org.arrowworld.window.Window;

/** Everything that may be done with a store, for harnesses that make the storage hostile. */
final class Verbs {
  static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("c")
              .column("x", ColumnType.F32)
              .column("k", ColumnType.STRING)
              .lineage(Lineage.PARENT, Lineage.CAUSE)
              .build(),
          TableSchema.component("new", "c").column("since", ColumnType.F32).build());

  private Verbs() {}

  /** Something done with a store. */
  interface Verb {
    void run(Storage store, BufferAllocator memory) throws IOException;
  }

  /** A store with a segment per tick, the last one live, and a snapshot. */
  static void create(Storage storage, int ticks, BufferAllocator memory) throws IOException {
    StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
    LogOptions options = LogOptions.DEFAULT.withSegmentBytes(1).withContainers(2, 64);
    try (LiveWorld live =
        LiveWorld.create(
            storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      for (int tick = 0; tick < ticks; tick++) {
        step(live);
        if (tick == ticks / 2) {
          live.snapshot();
        }
      }
    }
  }

  private static void step(LiveWorld live) throws IOException {
    live.tick(
        t -> {
          if (t.table("c").before().rows() > 3) {
            t.table("c").removeSlot(0, "old");
          }
          float last = live.lastTick();
          Born born = t.table("c").insert().set("x", last).set("k", "w" + live.lastTick() % 7);
          t.table("new").insert(born).set("since", last);
        });
  }

  /** Those that write nothing. */
  static Map<String, Verb> reading() {
    Map<String, Verb> verbs = new LinkedHashMap<>();
    verbs.put("info", (store, memory) -> StoreInfo.read(store));
    verbs.put("segments", Verbs::segments);
    verbs.put("snapshots", Verbs::snapshots);
    verbs.put("at", Verbs::at);
    verbs.put("store", Verbs::store);
    verbs.put("diff", Verbs::diff);
    verbs.put("follow", Verbs::follow);
    verbs.put("window", Verbs::window);
    for (Verifier.Depth depth : Verifier.Depth.values()) {
      verbs.put(
          "verify " + depth, (store, memory) -> Verifier.verify(store, depth, 1, memory).isSound());
    }
    verbs.put("doctor", (store, memory) -> StoreDoctor.examine(store, "store", memory));
    verbs.put("recover", (store, memory) -> StoreRecovery.run(store, new MemoryStorage(), memory));
    verbs.put(
        "fork",
        (store, memory) -> StoreFork.at(store, lastTick(store), new MemoryStorage(), memory));
    return verbs;
  }

  /** Those that change the store. */
  static Map<String, Verb> upkeep() {
    Map<String, Verb> verbs = new LinkedHashMap<>();
    verbs.put("resume", Verbs::resume);
    verbs.put("compact", (store, memory) -> StoreCompaction.merge(store));
    verbs.put("compact, keeping few", (store, memory) -> StoreCompaction.keep(store, 3, memory));
    verbs.put("truncate", (store, memory) -> StoreTruncation.after(store, lastTick(store) - 2));
    return verbs;
  }

  private static long lastTick(Storage store) throws IOException {
    try (Timeline timeline = Timeline.open(store)) {
      return timeline.lastTick();
    }
  }

  private static void segments(Storage store, BufferAllocator memory) throws IOException {
    List<String> paths;
    try (Timeline timeline = Timeline.open(store)) {
      paths = timeline.log().segments();
    }
    for (String path : paths) {
      SegmentInfo.read(store, path);
    }
  }

  private static void snapshots(Storage store, BufferAllocator memory) throws IOException {
    StoreInfo info = StoreInfo.read(store);
    for (Snapshot.Location location : Snapshot.list(store)) {
      try (Snapshot snapshot = Snapshot.open(store, location, info.id())) {
        snapshot.load(memory).close();
      }
    }
  }

  private static void at(Storage store, BufferAllocator memory) throws IOException {
    try (Timeline timeline = Timeline.open(store)) {
      long last = timeline.lastTick();
      timeline.at(timeline.firstTick(), memory).close();
      timeline.at(last / 2 + 1, memory).close();
      timeline.at(last, memory).close();
      timeline.positionOf(last - 1);
    }
  }

  private static void store(Storage storage, BufferAllocator memory) throws IOException {
    try (Store store = Store.open(storage, memory)) {
      store.history("c", 1).toList();
      store.lives("c").toList();
      store.family("c", 1);
      store.rows("c.x").toList();
      store.events().toList();
      store.between(store.firstTick(), store.lastTick()).toList();
      store.stats("c.x");
      store.hashWorld(store.lastTick());
      try (Cursor cursor = store.cursor()) {
        cursor.seek(store.lastTick());
      }
    }
  }

  private static void diff(Storage storage, BufferAllocator memory) throws IOException {
    try (Store left = Store.open(storage, memory);
        Store right = Store.open(storage, memory)) {
      left.diff(right);
    }
  }

  private static void follow(Storage store, BufferAllocator memory) throws IOException {
    StoreInfo info = StoreInfo.read(store);
    try (LogFollower follower = LogFollower.open(store, info.schema().keys(), LogPosition.START)) {
      follower.poll((batch, from, to) -> {});
    }
  }

  private static void window(Storage store, BufferAllocator memory) throws IOException {
    try (StreamingWorld streaming = StreamingWorld.open(store, Window.ofTicks(3), memory)) {
      streaming.poll();
      streaming.history(HistoryQuery.of("c", 1));
      streaming.at(1).value().close();
    }
  }

  private static void resume(Storage store, BufferAllocator memory) throws IOException {
    try (LiveWorld live =
        LiveWorld.resume(
            store, WorldOptions.DEFAULT.withLog(LogOptions.DEFAULT).withAllocator(memory))) {
      step(live);
      live.snapshot();
      live.seal();
    }
  }

  /** The last tick of a store, if it has one. */
  static OptionalLong lastTickIfAny(Storage store) throws IOException {
    try (Timeline timeline = Timeline.open(store)) {
      long tick = timeline.end().tick();
      return tick < 0 ? OptionalLong.empty() : OptionalLong.of(tick);
    }
  }
}
