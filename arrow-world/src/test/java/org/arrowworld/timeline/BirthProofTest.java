// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.log.Triples;
import org.arrowworld.maintenance.StoreRecovery;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;

/** Births whose string columns have no row (spec O-8, L-28). */
class BirthProofTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("ship")
              .externalIds()
              .column("name", ColumnType.STRING)
              .column("x", ColumnType.F64)
              .column("flag", ColumnType.STRING)
              .build());

  @Test
  void verification_names_births_without_their_words_and_recovery_saves_them() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(SCHEMA, "step", Map.of());
    info.write(storage);
    MutableCodebook words = new MutableCodebook();
    int born = key("ship.born");
    int died = key("ship.died");
    int name = key("ship.name");
    int flag = key("ship.flag");
    Triples rows = new Triples(8);
    LogWriter.Start start = new LogWriter.Start(info.id(), 1, true, LogPosition.START);
    try (LogWriter log =
        LogWriter.open(storage, start, new KeyTable(SCHEMA.keys()), words, LogOptions.DEFAULT)) {
      words.intern("a");
      rows.add(0, 0, born, 0); // whole
      rows.add(0, 1, born, 0); // without its flag
      rows.add(0, 2, born, 0); // dies within the tick
      rows.add(0, 1, name, 0);
      rows.add(0, 0, flag, 0);
      rows.add(0, 0, name, 0);
      rows.add(0, 2, died, 0);
      log.commitTick(0, rows);
      rows.clear();
      rows.add(1, 1, flag, 0); // too late
      rows.add(1, 3, born, 0); // without any
      log.commitTick(1, rows);
    }
    try (BufferAllocator memory = new RootAllocator()) {
      assertThat(Verifier.verify(storage, Verifier.Options.STANDARD, memory).findings())
          .containsExactly(
              "log: seq 1, tick 0: ship 1 is born without a row of its string column 'flag'",
              "log: seq 9, tick 1: ship 3 is born without a row of its string column 'name'");
      MemoryStorage target = new MemoryStorage();
      StoreRecovery.Report made = StoreRecovery.run(storage, target, memory).requireSound(target);
      assertThat(made.saved().tick()).isEqualTo(1);
      assertThat(made.rowsLost()).isZero();
      assertThat(made.losses())
          .hasSize(2)
          .allMatch(
              loss -> loss.startsWith("saved as it was written, which no writer may do: log"));
    }
  }

  private static int key(String name) {
    return SCHEMA.keys().stream()
        .filter(k -> k.name().equals(name))
        .findFirst()
        .orElseThrow()
        .code();
  }
}
