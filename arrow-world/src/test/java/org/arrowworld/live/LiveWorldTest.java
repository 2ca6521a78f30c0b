// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveWorldTest {
  static final WorldSchema SCHEMA =
      WorldSchema.of(
              TableSchema.row("creature")
                  .column("x", ColumnType.F32)
                  .column("energy", ColumnType.F64, 2.5)
                  .column("kind", ColumnType.STRING)
                  .column("big", ColumnType.U64)
                  .column("awake", ColumnType.BOOL)
                  .lineage(Lineage.PARENT, Lineage.CAUSE)
                  .event(EventKind.of("ate", ColumnType.I16))
                  .build(),
              TableSchema.row("queue")
                  .orderPreserving()
                  .externalIds()
                  .column("place", ColumnType.I8)
                  .build(),
              TableSchema.presence("hungry", "creature"),
              TableSchema.appendOnly("population").column("n", ColumnType.U32).build())
          .withInput(EventKind.of("rate", ColumnType.F64));

  private final BufferAllocator memory = new RootAllocator();
  private final MemoryStorage storage = new MemoryStorage();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private static StoreInfo info() {
    return StoreInfo.create(SCHEMA, "step", Map.of("seed", "1"));
  }

  private static void randomTick(Tick t, Random random) {
    TickTable creatures = t.table("creature");
    int rows = creatures.before().rows();
    t.input("rate", 0, random.nextDouble());
    if (random.nextInt(3) > 0) {
      float[] x = new float[rows];
      for (int i = 0; i < rows; i++) {
        x[i] = Float.intBitsToFloat(random.nextInt());
      }
      creatures.write("x", x);
    }
    for (int slot = 0; slot < rows; slot++) {
      if (random.nextInt(4) == 0) {
        creatures.setSlot(slot, "kind", "kind " + random.nextInt(6));
      }
      if (random.nextInt(4) == 0) {
        creatures.setSlotUnsigned(slot, "big", random.nextLong());
      }
      if (random.nextInt(5) == 0) {
        creatures.event("ate", creatures.before().id(slot), random.nextInt(9));
      }
      if (random.nextInt(6) == 0) {
        creatures.removeSlot(slot, random.nextBoolean() ? "starved" : "eaten");
      }
    }
    for (int i = random.nextInt(6); i > 0; i--) {
      Born born =
          creatures
              .insertCausedBy(random.nextInt(3))
              .set("kind", "kind " + random.nextInt(6))
              .set("awake", random.nextBoolean())
              .set("x", random.nextFloat());
      if (rows > 0) {
        born.parent(creatures.before().id(random.nextInt(rows)));
      }
    }
    TickTable hungry = t.table("hungry");
    for (int slot = 0; slot < rows; slot++) {
      int id = creatures.before().id(slot);
      boolean present = hungry.before().slotOf(id) >= 0;
      if (random.nextInt(5) == 0 && !present) {
        hungry.insert(id);
      } else if (random.nextInt(5) == 0 && present) {
        hungry.removeSlot(hungry.before().slotOf(id));
      }
    }
    TickTable queue = t.table("queue");
    if (queue.before().rows() > 0 && random.nextBoolean()) {
      queue.removeSlot(random.nextInt(queue.before().rows()));
    }
    int id = random.nextInt(8) * 1_000_000_007;
    if (queue.before().slotOf(id) < 0) {
      queue.insert(id).set("place", -3);
    }
    t.table("population").insert().set("n", rows);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void every_tick_can_be_rebuilt_bit_for_bit(long seed) throws IOException {
    Map<Long, String> hashes = new HashMap<>();
    Random random = new Random(seed);
    try (LiveWorld live =
        LiveWorld.create(storage, info(), WorldOptions.DEFAULT.withAllocator(memory))) {
      for (long tick = 0; tick < 60; tick += 1 + random.nextInt(3)) {
        live.tick(tick, t -> randomTick(t, random));
        hashes.put(tick, Hashes.resume(live.world()));
        if (random.nextInt(10) == 0) {
          live.snapshot();
        }
      }
      live.seal();
    }
    check(hashes);
    for (String name : storage.list("snapshots")) {
      AtomicFiles.discard(storage, "snapshots/" + name);
    }
    check(hashes);
  }

  private void check(Map<Long, String> hashes) throws IOException {
    Verifier.Report report = Verifier.verify(storage, Verifier.Depth.DEEP, 7, memory);
    assertThat(report.findings()).isEmpty();
    assertThat(report.notes()).isEmpty();
    try (Timeline timeline = Timeline.open(storage)) {
      for (Map.Entry<Long, String> entry : hashes.entrySet()) {
        try (MutableWorld world = timeline.at(entry.getKey(), memory)) {
          assertThat(Hashes.resume(world)).isEqualTo(entry.getValue());
        }
      }
      assertThat(timeline.warnings()).isEmpty();
    }
  }

  @Test
  void a_resumed_world_goes_on_as_one_that_never_stopped() throws IOException {
    MemoryStorage other = new MemoryStorage();
    Random random = new Random(9);
    try (LiveWorld live =
        LiveWorld.create(storage, info(), WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int i = 0; i < 40; i++) {
        live.tick(t -> randomTick(t, random));
      }
    }
    Random again = new Random(9);
    try (LiveWorld live =
        LiveWorld.create(other, info(), WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int i = 0; i < 17; i++) {
        live.tick(t -> randomTick(t, again));
      }
    }
    try (LiveWorld live = LiveWorld.resume(other, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int i = 17; i < 40; i++) {
        live.tick(t -> randomTick(t, again));
      }
    }
    try (Timeline a = Timeline.open(storage);
        Timeline b = Timeline.open(other);
        MutableWorld worldA = a.at(39, memory);
        MutableWorld worldB = b.at(39, memory)) {
      assertThat(a.log().end()).isEqualTo(b.log().end());
      assertThat(Hashes.resume(worldB)).isEqualTo(Hashes.resume(worldA));
    }
  }

  @Test
  void the_second_writer_is_refused_and_told_who_holds_the_store() throws IOException {
    try (LiveWorld live =
        LiveWorld.create(storage, info(), WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(t -> {});
      assertThatThrownBy(
              () -> LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory)))
          .isInstanceOf(StoreLockedException.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void a_refused_tick_changes_nothing() throws IOException {
    try (LiveWorld live =
        LiveWorld.create(storage, info(), WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(t -> t.table("creature").insert().set("kind", "a"));
      String before = Hashes.resume(live.world());
      assertThatThrownBy(
              () ->
                  live.tick(
                      t -> {
                        t.table("creature").setSlot(0, "kind", "never seen");
                        t.table("creature").insert().set("kind", "b");
                        t.table("creature").insert();
                      }))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage(
              "Cannot insert into table 'creature' without a value for string column 'kind'");
      assertThat(Hashes.resume(live.world())).isEqualTo(before);
      assertThat(live.world().codebook().size()).isEqualTo(1);
      live.tick(t -> t.table("creature").setSlot(0, "kind", "c"));
      assertThat(live.world().codebook().find("c")).isEqualTo(1);
    }
  }
}
