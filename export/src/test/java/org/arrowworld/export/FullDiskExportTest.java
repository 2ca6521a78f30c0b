// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.csv.CsvOptions;
import org.arrowworld.export.csv.CsvWriter;
import org.arrowworld.export.parquet.LogSpans;
import org.arrowworld.export.parquet.ParquetArchive;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.rows.EntityOrder;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.Sources;
import org.arrowworld.export.sqlite.SqliteDatabase;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.testing.Programme;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Exports on a real file system that is full: a small tmpfs, where the test may mount one. {@code
 * -Daw.fillpoints=N} sets at how many amounts of free space, {@code -Daw.seed=S} which.
 */
class FullDiskExportTest {
  private static final int POINTS = Integer.getInteger("aw.fillpoints", 12);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());
  private static final int DISK_BYTES = 2 << 20;

  @TempDir Path mountPoint;

  private enum Format {
    ARCHIVE,
    SQLITE,
    CSV;

    void export(Path disk, Store history) throws IOException {
      LogSource.Span whole = new LogSource.Span(0, history.lastTick());
      LogSource log = LogSource.of(history.info(), history.log(), whole);
      DiskStorage storage = new DiskStorage(disk);
      switch (this) {
        case CSV -> new CsvWriter(CsvOptions.DEFAULT).write(storage, "out", log);
        case SQLITE -> {
          try (SqliteDatabase database = SqliteDatabase.create(disk.resolve("out"))) {
            database.add(log);
            database.commit();
          }
        }
        case ARCHIVE -> {
          try (ParquetArchive archive =
              ParquetArchive.create(storage, "out", history.info(), ParquetOptions.DEFAULT)) {
            for (LogSource.Span span : LogSpans.cut(history.log(), whole, 1000)) {
              LogSource part = LogSource.of(history.info(), history.log(), span);
              archive.add(ParquetArchive.File.ofTicks("log", span), part);
              archive.add(
                  ParquetArchive.File.ofTicks("by_entity", span),
                  new EntityOrder(part, storage, archive.scratch("sort")));
            }
            archive.commit();
          }
        }
      }
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    } catch (IOException e) {
      return -1; // there is no such command
    }
  }

  private static List<String> names(Path disk) throws IOException {
    try (Stream<Path> names = Files.list(disk)) {
      return names.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private static long bytes(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      long sum = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sum += Files.size(file);
      }
      return sum;
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void on_a_full_disk_nothing_is_published_and_a_rerun_completes_it(Format format)
      throws Exception {
    Programme.report("FullDiskExportTest: %d fill points, -Daw.seed=%d", POINTS, SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    int full = 0;
    int mounted = run("mount", "-t", "tmpfs", "-o", "size=" + DISK_BYTES, "x", mountPoint + "");
    assumeThat(mounted)
        .withFailMessage("skipped: mounting a tmpfs needs root, which this process is not")
        .isZero();
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 60))) {
      Path first = mountPoint.resolve("first");
      Files.createDirectory(first);
      format.export(first, history);
      long needed = bytes(first);
      assertThat(names(first)).containsExactly("out");
      delete(first);
      for (int point = 0; point < POINTS; point++) {
        Path ballast = mountPoint.resolve("ballast");
        int free = (int) (needed * random.nextInt(1, 100) / 100);
        Files.write(ballast, new byte[DISK_BYTES - free]);
        try {
          format.export(mountPoint, history);
        } catch (IOException e) {
          full++;
          assertThat(e).isNotInstanceOf(DamagedFileException.class);
          assertThat(e.getMessage()).containsPattern("No space left|disk is full|it is full");
          assertThat(names(mountPoint)).doesNotContain("out");
          if (format != Format.ARCHIVE) { // which keeps what is complete
            assertThat(names(mountPoint)).containsExactly("ballast");
          }
        } catch (InvalidUseException e) {
          throw new AssertionError("point " + point, e);
        }
        Files.delete(ballast);
        if (names(mountPoint).contains("out")) {
          delete(mountPoint.resolve("out"));
        }
        format.export(mountPoint, history);
        assertThat(names(mountPoint)).containsExactly("out");
        assertThat(bytes(mountPoint.resolve("out"))).isEqualTo(needed);
        delete(mountPoint.resolve("out"));
      }
    } finally {
      assertThat(run("umount", "-l", mountPoint.toString())).isZero();
    }
    Programme.report("FullDiskExportTest: %s met a full disk %d of %d times", format, full, POINTS);
    assertThat(full).isPositive();
  }

  private static void delete(Path path) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(path)) {
      all = new ArrayList<>(files.toList());
    }
    for (int i = all.size() - 1; i >= 0; i--) {
      Files.delete(all.get(i));
    }
  }
}
