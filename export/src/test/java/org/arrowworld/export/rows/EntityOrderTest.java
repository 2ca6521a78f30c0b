// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logs sorted by entity. */
class EntityOrderTest {
  private static LogSource log(Store history) {
    return LogSource.of(history.info(), history.log(), new LogSource.Span(0, 1000));
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 1000, 1 << 20})
  void rows_come_by_key_rid_tick_and_seq_whatever_the_size_of_runs(int runRows) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 40))) {
      List<List<Object>> expected = new ArrayList<>(Sources.rows(log(history)));
      expected.sort(
          Comparator.<List<Object>>comparingLong(row -> (Long) row.get(LogSource.KEY_CODE))
              .thenComparingLong(row -> (Long) row.get(LogSource.RID))
              .thenComparingLong(row -> (Long) row.get(LogSource.TICK))
              .thenComparingLong(row -> (Long) row.get(LogSource.SEQ)));
      MemoryStorage scratch = new MemoryStorage();
      EntityOrder sorted = new EntityOrder(log(history), scratch, "out", runRows);
      assertThat(Sources.rows(sorted)).isEqualTo(expected);
      assertThat(scratch.list("")).isEmpty();
    }
  }

  @Test
  void a_full_disk_leaves_no_runs() throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 10))) {
      MemoryStorage scratch = new MemoryStorage();
      scratch.plan(
          (index, operation, path) ->
              operation == FaultPlan.Operation.WRITE && index > 8
                  ? FaultPlan.Fault.SHORT
                  : FaultPlan.Fault.NONE);
      EntityOrder sorted = new EntityOrder(log(history), scratch, "out", 50);
      assertThatThrownBy(() -> Sources.rows(sorted)).isInstanceOf(IOException.class);
      assertThat(scratch.list("")).isEmpty();
    }
  }

  @Test
  void only_rows_of_the_wanted_keys_come_and_an_unknown_key_is_refused() throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 10))) {
      LogSource.Span span = new LogSource.Span(2, 5);
      LogSource some = LogSource.of(history.info(), history.log(), span, List.of("c.x", "c.died"));
      List<List<Object>> expected =
          Sources.rows(log(history)).stream()
              .filter(row -> List.of("c.x", "c.died").contains(row.get(LogSource.KEY)))
              .filter(row -> (Long) row.get(LogSource.TICK) >= 2 && (Long) row.get(1) <= 5)
              .toList();
      assertThat(expected).hasSizeGreaterThan(80);
      assertThat(Sources.rows(some)).isEqualTo(expected);
      assertThatThrownBy(() -> LogSource.of(history.info(), history.log(), span, List.of("c.y")))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageStartingWith(
              "Cannot export the rows of key 'c.y': this store has [tick.commit, ")
          .hasMessageEndingWith("]; did you mean 'c.x'?");
    }
  }

  @Test
  void without_unsigned_types_every_value_is_kept() throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Store history = Store.open(Sources.store(memory, 10))) {
      SignedRows signed = new SignedRows(log(history));
      assertThat(signed.columns().stream().map(c -> c.type().label()))
          .containsExactly("i64", "i64", "i64", "string", "i32", "f64", "string");
      assertThat(Sources.rows(signed)).isEqualTo(Sources.rows(log(history)));
    }
  }
}
