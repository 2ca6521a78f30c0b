// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Salvage;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;

/**
 * What store a damaged directory holds: by store.json, or, where that is missing, damaged or
 * another store's, by what snapshots and segments say of themselves.
 *
 * @param info the store as it will be written, but for its id and properties
 * @param origin what its log says of it; one without rows where there is no log
 * @param snapshots its snapshots whose manifests can be read
 * @param losses what could not be had, in plain words
 * @param cacheDamage snapshots that cannot be read
 * @param unreadable places of those
 */
record RecoverySource(
    StoreInfo info,
    Salvage.Origin origin,
    Map<Snapshot.Location, Snapshot.Identity> snapshots,
    List<String> losses,
    List<String> cacheDamage,
    List<Snapshot.Location> unreadable) {

  private static final String UNIT = "tick";

  /**
   * Finds out.
   *
   * @throws DamagedFileException if nothing here can be read: neither store.json, nor a manifest,
   *     nor one batch of a log
   * @throws UnsupportedVersionException if store.json is of a version that is not known
   */
  static RecoverySource of(Storage storage, Salvage salvage) throws IOException {
    List<String> losses = new ArrayList<>();
    List<String> cacheDamage = new ArrayList<>();
    Map<Snapshot.Location, Snapshot.Identity> snapshots = snapshots(storage, cacheDamage);
    List<Snapshot.Location> unreadable = new ArrayList<>(Snapshot.list(storage));
    unreadable.removeAll(snapshots.keySet());
    Optional<StoreInfo> stated = stated(storage, losses);
    Set<StoreId> ids = new LinkedHashSet<>();
    stated.ifPresent(info -> ids.add(info.id()));
    salvage.origins().forEach(origin -> ids.add(origin.store()));
    snapshots.values().forEach(identity -> ids.add(identity.store()));
    if (ids.isEmpty()) {
      throw new DamagedFileException(
          storage.description(),
          -1,
          "nothing of a store can be read in it: neither store.json, nor the manifest of a"
              + " snapshot, nor a batch of a log; "
              + String.join("; ", losses));
    }
    StoreId id = ids.iterator().next();
    if (ids.size() > 1 && isEmpty(id, salvage, snapshots)) {
      StoreId other = ids.stream().skip(1).iterator().next();
      losses.add(
          Text.of(
              "store.json is that of store %s, but nothing else here is; what is here is of store %s",
              id.hex(), other.hex()));
      id = other;
    }
    StoreId chosen = id;
    snapshots.values().removeIf(identity -> !identity.store().equals(chosen));
    Salvage.Origin origin =
        salvage.origins().stream()
            .filter(o -> o.store().equals(chosen))
            .findFirst()
            .orElse(new Salvage.Origin(chosen, strings(stated, snapshots), 1, 0, List.of()));
    WorldSchema schema = schema(stated, origin, snapshots, losses);
    boolean strings = origin.keys().isEmpty() ? schema.hasStrings() : origin.strings();
    StoreInfo info =
        new StoreInfo(
            chosen,
            schema,
            strings || (origin.keys().isEmpty() && stated.map(StoreInfo::strings).orElse(false)),
            stated.map(StoreInfo::tickUnit).orElse(UNIT),
            stated.map(StoreInfo::properties).orElse(Map.of()),
            stated.map(StoreInfo::environment).orElse(Map.of()),
            stated.flatMap(StoreInfo::parent),
            stated.flatMap(StoreInfo::time),
            stated.flatMap(StoreInfo::begins));
    Salvage.Origin exact =
        new Salvage.Origin(
            chosen, info.strings(), origin.schemaVersion(), origin.rows(), origin.keys());
    return new RecoverySource(info, exact, snapshots, losses, cacheDamage, unreadable);
  }

  /** The same without tables: its rows can be kept then, though they make no world. */
  RecoverySource withoutTables() {
    StoreInfo bare =
        new StoreInfo(
            info.id(),
            bareSchema(origin),
            info.strings(),
            info.tickUnit(),
            info.properties(),
            info.environment(),
            info.parent(),
            info.time(),
            info.begins());
    return new RecoverySource(bare, origin, snapshots, losses, cacheDamage, unreadable);
  }

  private static WorldSchema bareSchema(Salvage.Origin origin) {
    return new WorldSchema(Math.max(1, origin.schemaVersion()), List.of(), List.of());
  }

  private static boolean isEmpty(
      StoreId id, Salvage salvage, Map<Snapshot.Location, Snapshot.Identity> snapshots) {
    return salvage.origins().stream().noneMatch(o -> o.store().equals(id))
        && snapshots.values().stream().noneMatch(s -> s.store().equals(id));
  }

  private static boolean strings(
      Optional<StoreInfo> stated, Map<Snapshot.Location, Snapshot.Identity> snapshots) {
    return stated.map(StoreInfo::strings).orElse(false)
        || snapshots.values().stream().anyMatch(s -> s.schema().hasStrings());
  }

  private static Optional<StoreInfo> stated(Storage storage, List<String> losses)
      throws IOException {
    try {
      return Optional.of(StoreInfo.read(storage));
    } catch (UnsupportedVersionException e) {
      throw e;
    } catch (IOException e) {
      losses.add(
          e.getMessage()
              + "; its properties, its tick unit and its time are lost, the rest is inferred");
      return Optional.empty();
    }
  }

  private static Map<Snapshot.Location, Snapshot.Identity> snapshots(
      Storage storage, List<String> damage) throws IOException {
    Map<Snapshot.Location, Snapshot.Identity> snapshots = new LinkedHashMap<>();
    for (Snapshot.Location location : Snapshot.list(storage)) {
      try {
        snapshots.put(location, Snapshot.identity(storage, location));
      } catch (IOException e) {
        damage.add(e.getMessage());
      }
    }
    return snapshots;
  }

  /**
   * The first schema whose keys the log's begin with: that of store.json, then those of snapshots;
   * one without tables where none is left, under which rows are kept but make no world.
   */
  private static WorldSchema schema(
      Optional<StoreInfo> stated,
      Salvage.Origin origin,
      Map<Snapshot.Location, Snapshot.Identity> snapshots,
      List<String> losses) {
    if (stated.isPresent() && fits(stated.get().schema(), origin)) {
      return stated.get().schema();
    }
    if (stated.isPresent()) {
      losses.add("store.json: its schema is not that of the log, which is taken from elsewhere");
    }
    for (Snapshot.Identity snapshot : snapshots.values()) {
      if (fits(snapshot.schema(), origin)) {
        return snapshot.schema();
      }
    }
    losses.add(
        "no schema can be read that fits the log: its rows are saved, but as a log without tables");
    return bareSchema(origin);
  }

  private static boolean fits(WorldSchema schema, Salvage.Origin origin) {
    List<Key> keys = schema.keys();
    if (origin.keys().isEmpty()) {
      return true;
    }
    return keys.size() <= origin.keys().size()
        && origin.keys().subList(0, keys.size()).equals(keys)
        && (origin.strings() || !schema.hasStrings());
  }
}
