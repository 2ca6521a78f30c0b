// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.live;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.store.TickTime;

/**
 * How a live world is kept.
 *
 * @param log how its log is written, durability included
 * @param properties the application's own settings, kept in {@code store.json} when a store is
 *     created
 * @param allocator whose child the world's memory is; the caller closes it after the world. Without
 *     one the world has an allocator of its own
 * @param time when ticks are, kept in {@code store.json} when a store is created
 * @param snapshots when the hashes of its snapshots are computed
 */
public record WorldOptions(
    LogOptions log,
    Map<String, String> properties,
    Optional<BufferAllocator> allocator,
    Optional<TickTime> time,
    SnapshotHashes snapshots) {

  /** Forced commits, no properties, an allocator of its own. */
  public static final WorldOptions DEFAULT =
      new WorldOptions(
          LogOptions.DEFAULT,
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          SnapshotHashes.ON_DEMAND);

  public WorldOptions {
    if (log == null
        || properties == null
        || allocator == null
        || time == null
        || snapshots == null) {
      throw new InvalidUseException(
          "Cannot keep a world with null options: leave out what is to be as in WorldOptions.DEFAULT");
    }
    properties = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(properties));
  }

  /** These options with other log options. */
  public WorldOptions withLog(LogOptions value) {
    return new WorldOptions(value, properties, allocator, time, snapshots);
  }

  /** These options with another durability. */
  public WorldOptions withDurability(Durability value) {
    return withLog(log.withDurability(value));
  }

  /** These options with other properties. */
  public WorldOptions withProperties(Map<String, String> value) {
    return new WorldOptions(log, value, allocator, time, snapshots);
  }

  /** These options with one more property. */
  public WorldOptions withProperty(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(properties);
    more.put(name, value);
    return withProperties(more);
  }

  /** These options with memory from an allocator of the caller's. */
  public WorldOptions withAllocator(BufferAllocator value) {
    return new WorldOptions(log, properties, Optional.ofNullable(value), time, snapshots);
  }

  /** These options with ticks that have a time. */
  public WorldOptions withTime(TickTime value) {
    return new WorldOptions(log, properties, allocator, Optional.ofNullable(value), snapshots);
  }

  /** These options with snapshots whose hashes are computed at another moment. */
  public WorldOptions withSnapshots(SnapshotHashes value) {
    return new WorldOptions(log, properties, allocator, time, value);
  }
}
