// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.memory.DirectMemory;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.log.Salvage;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.HistoryProof;
import org.arrowworld.timeline.Verifier;

/**
 * Writes a new store with the longest history of a damaged one that can be proven, and says what is
 * lost. Ticks, rows and digest chain of what is saved are those of the old store; its id is new.
 */
public final class StoreRecovery {
  private static final String AS_WRITTEN = "saved as it was written, which no writer may do: ";

  /**
   * What came of it.
   *
   * @param store id of the new store
   * @param saved the position after the last tick saved
   * @param rowsLost rows known to have been written and not saved, those of a tick that never
   *     committed among them; more may have existed
   * @param losses what could not be saved, or was saved though no writer may write it (spec O-8,
   *     O-16), in plain words
   * @param verification of the new store
   */
  public record Report(
      StoreId store,
      LogPosition saved,
      long rowsLost,
      List<String> losses,
      Verifier.Report verification) {
    /** This report, if what was saved is sound but for what was written so and is told. */
    public Report requireSound(Storage made) throws DamagedFileException {
      if (!verification.findings().stream().allMatch(f -> losses.contains(AS_WRITTEN + f))) {
        throw new DamagedFileException(
            made.description(), -1, "the new store is not sound: " + verification.findings());
      }
      return this;
    }

    /** Whether everything was saved. */
    public boolean isComplete() {
      return losses.isEmpty();
    }
  }

  private final Storage source;
  private final Storage target;
  private final BufferAllocator allocator;
  private final List<String> losses = new ArrayList<>();
  private List<String> asWritten = List.of();

  private StoreRecovery(Storage source, Storage target, BufferAllocator allocator) {
    this.source = source;
    this.target = target;
    this.allocator = allocator;
  }

  /**
   * Recovers a store, whatever its state.
   *
   * @param source the damaged store, which is only read
   * @param target a storage without a store
   * @throws DamagedFileException if nothing of a store can be read in it: neither store.json, nor
   *     the manifest of a snapshot, nor one batch of a log
   */
  public static Report run(Storage source, Storage target, BufferAllocator allocator)
      throws IOException {
    Given.required("recover", "storage", source);
    return new StoreRecovery(source, target, allocator).run();
  }

  /** As {@link #run(Storage, Storage, BufferAllocator)}, with memory of its own. */
  public static Report run(Storage source, Storage target) throws IOException {
    try (BufferAllocator memory = DirectMemory.newAllocator()) {
      return run(source, target, memory);
    }
  }

  private Report run() throws IOException {
    Salvage salvage = Salvage.of(source);
    RecoverySource old = RecoverySource.of(source, salvage);
    losses.addAll(old.losses());
    RecoveryStart start = RecoveryStart.choose(source, salvage, old, allocator);
    if (start.orphaned()) {
      old = old.withoutTables();
    }
    Map<String, String> properties = new LinkedHashMap<>(old.info().properties());
    properties.put("recovered_from", old.info().id().hex());
    StoreInfo info =
        new StoreInfo(
            StoreId.random(),
            old.info().schema(),
            old.info().strings(),
            old.info().tickUnit(),
            properties,
            old.info().environment(),
            old.info().parent(),
            old.info().time(),
            start.base().map(base -> start.position()));
    info.write(target);
    LogPosition saved;
    long seen;
    try (MutableWorld world = start.world(source, old, allocator)) {
      if (start.base().isPresent()) {
        SnapshotWriter.write(
            target,
            info.id(),
            world,
            start.position(),
            SnapshotWriter.Role.BASE,
            start.properties());
      }
      start.loss().ifPresent(losses::add);
      Salvage.Result result = copyLog(salvage, old, info, start.position(), world);
      losses.addAll(result.losses());
      saved = result.end();
      seen = result.seqSeen();
    }
    for (Snapshot.Identity snapshot : old.snapshots().values()) {
      if (snapshot.position().seq() <= salvage.fence()) {
        seen = Math.max(seen, snapshot.position().seq());
      }
    }
    long from = Math.max(saved.seq(), Math.min(start.firstSeq(), seen)); // none are older
    long rowsLost = seen - from + start.rowsBefore();
    if (losses.isEmpty() && (rowsLost > 0 || seen > saved.seq())) {
      losses.add(
          Text.of(
              "rows up to seq %d are known to have existed, the log ends at seq %d",
              seen, saved.seq()));
    }
    for (Snapshot.Location snapshot : old.unreadable()) {
      if (snapshot.tick() > saved.tick() && salvage.fence() == Long.MAX_VALUE) {
        losses.add(
            Text.of(
                "%s cannot be read and stands at tick %d, what is saved ends at tick %d",
                snapshot.directory(), snapshot.tick(), saved.tick()));
      }
    }
    RecoveredFields.copy(source, target, losses);
    if (!losses.isEmpty()) {
      losses.addAll(old.cacheDamage()); // sound ones might have helped; the log makes them again
      losses.addAll(start.damage());
    }
    asWritten.forEach(finding -> losses.add(AS_WRITTEN + finding));
    Verifier.Report verification = Verifier.verify(target, Verifier.Depth.STANDARD, 0, allocator);
    return new Report(info.id(), saved, rowsLost, List.copyOf(losses), verification);
  }

  private Salvage.Result copyLog(
      Salvage salvage, RecoverySource old, StoreInfo info, LogPosition start, MutableWorld world)
      throws IOException {
    KeyTable keys = new KeyTable(old.info().schema().keys());
    KeyTable declared = new KeyTable(old.info().schema().keys());
    LogWriter.Start begin =
        new LogWriter.Start(info.id(), old.info().schema().version(), info.strings(), start);
    LogOptions options = LogOptions.DEFAULT.withDurability(Durability.NONE);
    try (LogWriter writer = LogWriter.open(target, begin, declared, world.codebook(), options)) {
      HistoryProof proof = new HistoryProof(world, keys);
      RecoveryCopier copier = new RecoveryCopier(writer, begin, keys, proof);
      Salvage.Result result = salvage.copy(old.origin(), start, keys, copier);
      asWritten = proof.findings();
      writer.seal();
      if (writer.flushed().chain() != result.end().chain()) {
        throw new DamagedFileException(
            target.description(),
            -1,
            Text.of(
                "the recovered chain is %016x, expected %016x",
                writer.flushed().chain(), result.end().chain()));
      }
      return result;
    }
  }
}
