// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import static org.arrowworld.simlog.SimLogTesting.records;
import static org.arrowworld.simlog.SimLogTesting.verify;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.WriterPoisonedException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.LogOptions;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Faults at every operation of a record log's life: nothing acknowledged is lost, nothing invented.
 */
class SimLogCrashTest {
  private static final LogOptions OPTIONS =
      LogOptions.DEFAULT.withContainers(2, 12).withSegmentBytes(6000);
  private static final int RECORDS = 24;

  /** The values of record {@code i}: fields come and go, types change, words repeat. */
  private static Map<String, Object> values(int i) {
    return switch (i % 4) {
      case 0 -> Map.of("time", i + 0.5, "n", (long) i, "s", "word " + i % 5);
      case 1 -> Map.of("time", i + 0.5, "n", (1L << 53) + i);
      case 2 -> Map.of("time", i + 0.5, "s", "word " + i, "f" + i, true);
      default -> Map.of("time", i + 0.5);
    };
  }

  private static void logRecord(SimLog log, int i) throws IOException {
    SimRecord record = log.record();
    for (String name : values(i).keySet().stream().sorted().toList()) {
      record.setObject(log.field(name), values(i).get(name));
    }
    record.end();
  }

  /**
   * Two runs over one store; returns the number of records acknowledged, negative if all went well.
   */
  private static long run(MemoryStorage storage) {
    long acknowledged = 0;
    try {
      for (int run = 0; run < 2; run++) {
        SimLog log = SimLog.open(storage, OPTIONS);
        try (log) {
          for (int i = run * RECORDS / 2; i < (run + 1) * RECORDS / 2; i++) {
            logRecord(log, i);
            if (i % 5 == 4) {
              acknowledged = log.commit();
            }
          }
          if (run == 1) {
            log.seal();
          }
        } catch (WriterPoisonedException e) {
          assertThatThrownBy(
                  () -> {
                    for (int i = 0; i < 20; i++) {
                      log.log(99, "x", 1);
                    }
                  })
              .isInstanceOfAny(WriterPoisonedException.class, InvalidUseException.class);
          throw e;
        }
      }
    } catch (IOException e) {
      return acknowledged;
    }
    return -1;
  }

  private static void check(MemoryStorage storage, long acknowledged, String what)
      throws IOException {
    long before;
    try (SimLog log = SimLog.open(storage, OPTIONS)) {
      before = log.records();
      assertThat(before).as(what).isBetween(acknowledged, (long) RECORDS);
      for (int i = (int) before; i < RECORDS; i++) {
        logRecord(log, i);
      }
    }
    Map<Long, Map<String, Object>> records = records(storage);
    assertThat(records).as(what).hasSize(RECORDS);
    for (int i = 0; i < RECORDS; i++) {
      assertThat(records.get((long) i)).as("%s, record %d", what, i).isEqualTo(values(i));
    }
    verify(storage);
  }

  @ParameterizedTest
  @CsvSource({"FAIL, once", "FAIL, for good", "SHORT, once", "SHORT, for good", "CRASH, once"})
  void a_fault_at_any_operation_loses_no_acknowledged_record(Fault fault, String duration)
      throws IOException {
    for (long operation = 0; ; operation++) {
      MemoryStorage storage = new MemoryStorage();
      storage.plan(
          duration.equals("once")
              ? FaultPlan.once(operation, fault)
              : FaultPlan.from(operation, fault));
      long acknowledged = run(storage);
      if (acknowledged < 0 && storage.operations() <= operation) {
        assertThat(operation).isGreaterThan(60);
        return;
      }
      for (CrashKind kind : CrashKind.values()) {
        String what = Text.of("%s %s at operation %d, %s", fault, duration, operation, kind);
        check(storage.afterCrash(kind), Math.max(acknowledged, 0), what);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"FAIL", "SHORT", "CRASH"})
  void a_second_fault_while_recovering_loses_nothing_either(Fault fault) throws IOException {
    for (long first = 10; first < 70; first += 13) {
      MemoryStorage storage = new MemoryStorage();
      storage.plan(FaultPlan.once(first, Fault.CRASH));
      long acknowledged = Math.max(run(storage), 0);
      for (long second = 0; second < 25; second++) {
        MemoryStorage again = storage.afterCrash(CrashKind.POWER);
        again.plan(FaultPlan.once(second, fault));
        try {
          SimLog.open(again, OPTIONS).close();
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("simulated");
        }
        String what = Text.of("crash at %d, %s at operation %d of recovery", first, fault, second);
        check(again.afterCrash(CrashKind.POWER), acknowledged, what);
      }
    }
  }
}
