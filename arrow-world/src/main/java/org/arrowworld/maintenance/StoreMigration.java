// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.WorldState;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.StoreId;
import org.arrowworld.log.Tail;
import org.arrowworld.migration.Migrations;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.StoreLock;
import org.arrowworld.timeline.Timeline;

/**
 * Writes a new store that begins at a base: the last state of an old one under a newer schema (spec
 * M-6, M-7). The old store keeps the history before.
 */
public final class StoreMigration {

  /**
   * What was done.
   *
   * @param store id of the new store
   * @param fromVersion schema version of the old store
   * @param toVersion schema version of the new one
   * @param position where the new history begins
   * @param firstTick the first tick of the old history, which only the old store has
   * @param steps what was done, in plain words
   * @param hashWorld of the new store at its first tick
   */
  public record Report(
      StoreId store,
      int fromVersion,
      int toVersion,
      LogPosition position,
      long firstTick,
      List<String> steps,
      String hashWorld) {}

  private StoreMigration() {}

  /**
   * Migrates a store.
   *
   * @param source the old store, which is only read
   * @param target a storage without a store
   * @throws org.arrowworld.errors.UnsupportedVersionException if its schema is newer than the last
   *     known one; nothing is written
   */
  @SuppressWarnings("try") // the lock is only held
  public static Report run(
      Storage source, Storage target, Migrations known, BufferAllocator allocator)
      throws IOException {
    Given.required("migrate", "list of migrations", known);
    try (Timeline timeline = Timeline.open(source)) {
      Tail tail = timeline.log().tail();
      if (tail.kind() == Tail.Kind.DAMAGED) {
        throw new DamagedFileException(
            tail.file(), tail.offset(), tail.finding() + "; run aw recover first");
      }
      StoreInfo old = timeline.info();
      known.check(source.description(), old.schema().version());
      known.migrate(old.schema()); // every step fits, or nothing is written
      try (MutableWorld last = timeline.at(timeline.lastTick(), allocator);
          MutableWorld migrated = known.migrate(last, allocator)) {
        LogPosition end = timeline.end();
        StoreInfo info = describe(old, migrated, end);
        target.createDirectories("");
        SnapshotWriter.Beginning base;
        try (Closeable lock = StoreLock.take(target)) {
          base = SnapshotWriter.begin(target, info, WorldState.of(migrated), end.seq());
        }
        return new Report(
            info.id(),
            old.schema().version(),
            known.lastVersion(),
            base.position(),
            timeline.firstTick(),
            known.describe(old.schema().version()),
            base.hashWorld());
      }
    }
  }

  private static StoreInfo describe(StoreInfo old, MutableWorld migrated, LogPosition position) {
    Map<String, String> properties = new LinkedHashMap<>(old.properties());
    properties.put("migrated_from_schema", Integer.toString(old.schema().version()));
    StoreInfo info =
        StoreInfo.create(migrated.schema(), old.tickUnit(), properties).withTime(old.time());
    return (old.strings() ? info.withStrings() : info).withParent(old.id(), position);
  }
}
