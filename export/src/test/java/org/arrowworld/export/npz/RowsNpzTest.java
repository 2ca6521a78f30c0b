// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.npz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.export.rows.EventSource;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.imports.ColumnMapping;
import org.arrowworld.imports.ImportFormat;
import org.arrowworld.imports.Imports;
import org.arrowworld.imports.TableImportOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows with nulls as an NPZ. */
class RowsNpzTest {
  @TempDir Path directory;

  @Test
  void strings_that_are_all_null_come_back_as_empty_ones() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (SimLog log = SimLog.open(storage, LogOptions.DEFAULT)) {
      log.log(1, "n", 7);
      log.commit();
      log.log(2, "s", "one");
    }
    try (SimLogReader reader = SimLogReader.open(storage)) {
      long first = firstGroup(reader);
      EventSource events =
          new EventSource(
              StoreInfo.read(storage), reader, new LogSource.Span(first, first), reader.fields());
      assertThat(RowsNpz.write(new DiskStorage(directory), "e.npz", events).rows()).isOne();
      TableImportOptions options =
          new TableImportOptions(
              directory.resolve("e.npz"),
              directory.resolve("store"),
              Existing.REFUSE,
              Optional.of("t"),
              ColumnMapping.NONE);
      assertThat(Imports.table(ImportFormat.NPZ, options).rows()).isEqualTo(Map.of("t", 1));
    }
  }

  private static long firstGroup(SimLogReader reader) throws IOException {
    long[] first = {Long.MAX_VALUE};
    reader.scan(reader.fields(), record -> first[0] = Math.min(first[0], record.group()));
    return first[0];
  }
}
