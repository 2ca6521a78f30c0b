// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.Store;
import org.arrowworld.export.arrow.ArrowWriter;
import org.arrowworld.export.avro.AvroWriter;
import org.arrowworld.export.csv.CsvOptions;
import org.arrowworld.export.csv.CsvWriter;
import org.arrowworld.export.npz.LogNpz;
import org.arrowworld.export.npz.RowsNpz;
import org.arrowworld.export.parquet.LogSpans;
import org.arrowworld.export.parquet.ParquetArchive;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.rows.EntityOrder;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.Sources;
import org.arrowworld.log.LogPosition;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Storage that fails at any operation of an export. */
class FaultsTest {
  /** Every way to write rows through a storage. */
  enum Format {
    CSV,
    AVRO,
    ARROW,
    NPZ,
    BY_ENTITY,
    LOG_NPZ;

    void run(Storage target, Store history) throws IOException {
      LogSource log = log(history);
      switch (this) {
        case CSV -> new CsvWriter(CsvOptions.DEFAULT).write(target, "out", log);
        case AVRO -> AvroWriter.write(target, "out", log);
        case ARROW -> ArrowWriter.write(target, "out", log);
        case NPZ -> RowsNpz.write(target, "out", log);
        case BY_ENTITY -> ArrowWriter.write(target, "out", new EntityOrder(log, target, "out"));
        case LOG_NPZ ->
            LogNpz.write(target, "out", new LogNpz.Content(log, log, List::of, LogPosition.START));
      }
    }
  }

  private static LogSource log(Store history) {
    return LogSource.of(history.info(), history.log(), new LogSource.Span(0, 1000));
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void a_file_is_there_whole_or_not_at_all(Format format) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 12))) {
      MemoryStorage clean = new MemoryStorage();
      format.run(clean, history);
      assertThat(clean.list("")).containsExactly("out");
      byte[] whole = clean.bytes("out");
      long operations = clean.operations();
      for (Fault fault : List.of(Fault.FAIL, Fault.SHORT, Fault.CRASH)) {
        for (long at = 0; at < operations; at++) {
          MemoryStorage target = new MemoryStorage();
          target.plan(FaultPlan.once(at, fault));
          boolean failed = false;
          try {
            format.run(target, history);
          } catch (IOException e) {
            failed = true;
          }
          MemoryStorage after = target.afterCrash(MemoryStorage.CrashKind.PROCESS);
          assertThat(failed).as("%s at %d", fault, at).isTrue();
          if (after.exists("out")) {
            assertThat(after.bytes("out")).isEqualTo(whole);
          }
          format.run(after, history);
          assertThat(after.list("")).containsExactly("out");
          assertThat(after.bytes("out")).isEqualTo(whole);
        }
      }
    }
  }

  private static int archive(MemoryStorage target, Store history, String parameter)
      throws IOException {
    LogSource.Span whole = new LogSource.Span(0, 11);
    try (ParquetArchive archive =
        ParquetArchive.create(
            target,
            "out",
            new ParquetArchive.Contents(history.info(), Map.of("ticks", parameter)),
            ParquetOptions.DEFAULT)) {
      for (LogSource.Span span : LogSpans.cut(history.log(), whole, 400)) {
        LogSource log = LogSource.of(history.info(), history.log(), span);
        archive.add(ParquetArchive.File.ofTicks("log", span), log);
        archive.add(
            ParquetArchive.File.ofTicks("by_entity", span),
            new EntityOrder(log, target, archive.scratch("sort")));
      }
      archive.commit();
      return archive.resumed();
    }
  }

  @Test
  void an_archive_that_was_interrupted_anywhere_is_gone_on_with() throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 12))) {
      MemoryStorage clean = new MemoryStorage();
      archive(clean, history, "all");
      assertThat(clean.list("out")).containsExactly("by_entity", "log", "manifest.json");
      List<String> files = clean.list("out/log");
      assertThat(files).hasSizeGreaterThan(2);
      long operations = clean.operations();
      int most = 0;
      for (long at = 0; at < operations; at++) {
        MemoryStorage target = new MemoryStorage();
        target.plan(FaultPlan.once(at, Fault.CRASH));
        assertThatThrownBy(() -> archive(target, history, "all")).isInstanceOf(IOException.class);
        MemoryStorage after = target.afterCrash(MemoryStorage.CrashKind.PROCESS);
        boolean published = after.exists("out");
        if (!published) {
          most = Math.max(most, archive(after, history, "all"));
        }
        // Behind the rename only the lock is left, which nobody holds.
        assertThat(after.list(""))
            .isEqualTo(published ? List.of("out", "out.tmp.lock") : List.of("out"));
        assertThat(after.bytes("out/manifest.json")).isEqualTo(clean.bytes("out/manifest.json"));
        for (String file : files) {
          assertThat(after.bytes("out/log/" + file)).isEqualTo(clean.bytes("out/log/" + file));
          assertThat(after.bytes("out/by_entity/" + file))
              .isEqualTo(clean.bytes("out/by_entity/" + file));
        }
      }
      assertThat(most).isEqualTo(2 * files.size()); // at the end only the manifest was missing
    }
  }

  @Test
  void what_was_changed_or_made_with_other_parameters_is_written_again() throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 12))) {
      MemoryStorage clean = new MemoryStorage();
      archive(clean, history, "all");
      long operations = clean.operations();
      MemoryStorage target = new MemoryStorage();
      target.plan(FaultPlan.once(operations - 10, Fault.CRASH));
      assertThatThrownBy(() -> archive(target, history, "all")).isInstanceOf(IOException.class);
      MemoryStorage left = target.afterCrash(MemoryStorage.CrashKind.PROCESS);
      int all = archive(left.afterCrash(MemoryStorage.CrashKind.PROCESS), history, "all");
      assertThat(all).isGreaterThan(2);
      String first = "out.tmp/log/" + left.list("out.tmp/log").get(0);
      byte[] bytes = left.bytes(first);
      bytes[bytes.length / 2] ^= 1;
      left.put(first, bytes);
      MemoryStorage other = left.afterCrash(MemoryStorage.CrashKind.PROCESS);
      assertThat(archive(left, history, "all")).isEqualTo(all - 1);
      assertThat(left.bytes("out/manifest.json")).isEqualTo(clean.bytes("out/manifest.json"));
      assertThat(archive(other, history, "some")).isZero();
    }
  }
}
