// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.export.arrow.ArrowWriter;
import org.arrowworld.export.csv.CsvOptions;
import org.arrowworld.export.csv.CsvWriter;
import org.arrowworld.export.npz.RowsNpz;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.export.rows.Sources;
import org.arrowworld.export.rows.WatchedRows;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.StorageLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Of two exports to one name, one is refused: it would publish the other's incomplete file. */
class OutputLockTest {
  @TempDir Path directory;

  /** Every way to write one file. */
  enum Format {
    CSV,
    ARROW,
    NPZ;

    void run(Storage target, RowSource rows) throws IOException {
      switch (this) {
        case CSV -> new CsvWriter(CsvOptions.DEFAULT).write(target, "out", rows);
        case ARROW -> ArrowWriter.write(target, "out", rows);
        case NPZ -> RowsNpz.write(target, "out", rows);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void a_second_export_is_refused_while_the_first_one_runs(Format format) throws IOException {
    Storage target = new DiskStorage(directory);
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 12))) {
      format.run(target, log(history));
      byte[] whole = Files.readAllBytes(directory.resolve("out"));
      RowSource disturbed =
          new WatchedRows(
              log(history),
              batch ->
                  assertThatThrownBy(() -> format.run(target, log(history)))
                      .isInstanceOf(StoreLockedException.class)
                      .hasMessageContaining("it is held by process")
                      .hasMessageContaining("exporting to out,"));
      format.run(target, disturbed);
      assertThat(target.list("")).containsExactly("out");
      assertThat(directory.resolve("out")).hasBinaryContent(whole);
    }
  }

  private static LogSource log(Store history) {
    return LogSource.of(history.info(), history.log(), new LogSource.Span(0, 1000));
  }

  @Test
  void what_a_killed_export_left_is_in_nobodys_way() throws IOException {
    Files.writeString(directory.resolve("out.tmp"), "half");
    Files.writeString(directory.resolve("out.tmp.lock"), "process 1, exporting to out");
    Storage target = new DiskStorage(directory);
    try (AtomicOutput out = new AtomicOutput(target, "out")) {
      out.write(7);
      out.commit();
    }
    assertThat(target.list("")).containsExactly("out");
    assertThat(directory.resolve("out")).hasBinaryContent(new byte[] {7});
  }

  @Test
  void a_lock_that_was_let_go_meanwhile_tells_nothing_of_what_stands_there() throws IOException {
    Path theirs = Files.writeString(directory.resolve("out.tmp"), "a letter");
    DiskStorage disk = new DiskStorage(directory);
    OutputLock refused = OutputLock.take(disk, "out");
    Storage second =
        new ForwardingStorage(disk) {
          @Override
          public StorageLock lock(String path, String holder) throws IOException {
            refused.close(); // the first one ends just before
            return super.lock(path, holder);
          }
        };
    assertThatThrownBy(() -> new AtomicOutput(second, "out"))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("out.tmp stands where it is made");
    Files.createFile(directory.resolve("out.tmp.lock")); // of one that is just beginning
    assertThatThrownBy(() -> new AtomicOutput(disk, "out")).isInstanceOf(InvalidUseException.class);
    assertThat(theirs).hasContent("a letter");
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void what_stands_at_the_unfinished_name_and_is_not_ours_is_neither_deleted_nor_overwritten(
      Format format) throws IOException {
    Path theirs = Files.writeString(directory.resolve("out.tmp"), "a letter");
    Storage target = new DiskStorage(directory);
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 12))) {
      assertThatThrownBy(() -> format.run(target, log(history)))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage(
              "Cannot write out in "
                  + directory
                  + ": out.tmp stands where it is made, and no interrupted export left it; move it away or delete it");
    }
    assertThat(theirs).hasContent("a letter");
    assertThat(target.list("")).containsExactly("out.tmp");
  }
}
