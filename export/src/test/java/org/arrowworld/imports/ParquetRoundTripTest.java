// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.internal.Subdirectory;
import org.arrowworld.export.parquet.LogSpans;
import org.arrowworld.export.parquet.ParquetArchive;
import org.arrowworld.export.parquet.ParquetCompression;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.parquet.ParquetProfile;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.export.rows.SignedRows;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogOptions;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.World;
import org.arrowworld.testing.AnyWorld;
import org.arrowworld.testing.Programme;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.Test;

/**
 * Stores of random schemas through Parquet and back (spec T-40 to T-45). {@code -Daw.seed} repeats
 * a run, {@code -Daw.cases} sets how many schemas.
 */
class ParquetRoundTripTest {
  private static final int CASES = Integer.getInteger("aw.cases", 500);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());

  private enum Parts {
    WORLD,
    LOG,
    BOTH
  }

  /** How a case is exported. */
  private record Form(Parts parts, ParquetOptions options, boolean signed, long fileRows) {
    static final Form BOTH = new Form(Parts.BOTH, ParquetOptions.DEFAULT, false, 400);

    static Form of(SplittableRandom random) {
      ParquetCompression compression =
          random.nextBoolean() ? ParquetCompression.none() : ParquetCompression.zstd(1);
      return new Form(
          List.of(Parts.values()).get(random.nextInt(3)),
          new ParquetOptions(
              compression, 1, List.of(ParquetProfile.values()).get(random.nextInt(2))),
          random.nextInt(3) == 0,
          1 + random.nextInt(400));
    }

    Form logOnly() {
      return new Form(Parts.LOG, options, signed, fileRows);
    }

    RowSource rows(RowSource source) {
      return signed ? new SignedRows(source) : source;
    }
  }

  @Test
  void hash_and_chain_survive_parquet_for_random_schemas() throws IOException {
    Programme.report("ParquetRoundTripTest: %d schemas, -Daw.seed=%d", CASES, SEED);
    for (int i = 0; i < CASES; i++) {
      long seed = SEED + i;
      try (BufferAllocator memory = new RootAllocator()) {
        check(seed, memory);
      } catch (IOException | RuntimeException | AssertionError e) {
        throw new AssertionError(Text.of("seed %d: %s", seed, e.getMessage()), e);
      }
    }
  }

  private static void check(long seed, BufferAllocator memory) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Form form = Form.of(random);
    Storage store = store(seed, memory);
    MemoryStorage archives = new MemoryStorage();
    MemoryStorage back = new MemoryStorage();
    try (Store was = Store.open(store);
        World world = was.at(was.lastTick())) {
      if (world.tables().stream().anyMatch(t -> t.columns().isEmpty())) {
        assertThatThrownBy(() -> export(was, world, new MemoryStorage(), Form.BOTH))
            .isInstanceOf(InvalidUseException.class)
            .hasMessageContaining("it has no columns");
        form = form.logOnly();
      }
      export(was, world, archives, form);
      ParquetArchiveImport.Result result =
          ParquetArchiveImport.restore(new Subdirectory(archives, "out"), "out", back, memory);
      assertThat(result.hashWorld()).hasValue(Hashes.world(world.tables()));
      assertThat(result.lost()).isEmpty();
      try (Store is = Store.open(back);
          World again = is.at(is.lastTick())) {
        assertThat(is.lastTick()).isEqualTo(was.lastTick());
        assertThat(Hashes.world(again.tables())).isEqualTo(Hashes.world(world.tables()));
        assertThat(words(again)).isEqualTo(words(world));
        if (form.parts != Parts.WORLD) {
          assertThat(is.end()).isEqualTo(was.end());
          assertThat(Hashes.resume(again)).isEqualTo(Hashes.resume(world));
          assertThat(rows(is.log())).isEqualTo(rows(was.log()));
        }
      }
    }
    if (seed % 10 == 0) {
      assertThat(Verifier.verify(back, Verifier.Depth.DEEP, seed, memory).isSound()).isTrue();
    }
  }

  private static Storage store(long seed, BufferAllocator memory) throws IOException {
    Random random = new Random(seed);
    AnyWorld any = new AnyWorld(random);
    Storage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(any.schema(), "tick", Map.of("seed", "x"));
    LogOptions options =
        LogOptions.DEFAULT.withDurability(Durability.NONE).withContainers(2, 1 << 14);
    try (LiveWorld live =
        LiveWorld.create(
            storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      long tick = 0;
      for (int i = 1 + random.nextInt(12); i > 0; i--) {
        live.tick(tick, any::tick);
        tick += 1 + random.nextInt(3);
      }
    }
    return storage;
  }

  private static void export(Store history, World world, Storage target, Form form)
      throws IOException {
    ParquetArchive.Contents contents = new ParquetArchive.Contents(history.info(), Map.of());
    try (ParquetArchive archive = ParquetArchive.create(target, "out", contents, form.options)) {
      if (form.parts != Parts.LOG) {
        archive.world(world, form::rows);
      }
      if (form.parts != Parts.WORLD) {
        archive.history(history);
        LogSource.Span whole = new LogSource.Span(0, history.lastTick());
        for (LogSource.Span span : LogSpans.cut(history.log(), whole, form.fileRows)) {
          LogSource log = LogSource.of(history.info(), history.log(), span);
          archive.add(ParquetArchive.File.ofTicks("log", span), form.rows(log));
        }
      }
      archive.commit();
    }
  }

  private static List<String> words(World world) {
    List<String> words = new ArrayList<>();
    for (int code = 0; code < world.codebook().size(); code++) {
      words.add(world.codebook().word(code));
    }
    return words;
  }

  private static List<List<Object>> rows(Log log) throws IOException {
    List<List<Object>> rows = new ArrayList<>();
    log.scan(
        0,
        Long.MAX_VALUE,
        (batch, from, to) -> {
          for (int row = from; row < to; row++) {
            List<Object> values = new ArrayList<>();
            values.add(batch.tick(row));
            values.add(batch.rid(row));
            values.add(batch.key(row));
            values.add(batch.val(row));
            rows.add(values);
          }
        });
    return rows;
  }
}
