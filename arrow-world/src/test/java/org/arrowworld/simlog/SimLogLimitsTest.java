// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import static org.arrowworld.simlog.SimLogTesting.NONE;
import static org.arrowworld.simlog.SimLogTesting.records;
import static org.arrowworld.simlog.SimLogTesting.verify;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;

/** A record log refuses what its files could not hold, and stays usable. */
class SimLogLimitsTest {
  private final MemoryStorage storage = new MemoryStorage();

  /** A name of 1000 bytes, nearly all of which JSON writes as six. */
  private static String name(int field) {
    return "\u0001".repeat(996) + Text.of("%04d", field);
  }

  private static InvalidUseException refusal(SimLog log, int field) {
    return catchThrowableOfType(InvalidUseException.class, () -> log.log(0.5, name(field), 1));
  }

  @Test
  void fields_whose_declarations_no_segment_could_hold_are_refused() throws IOException {
    int fields = 0;
    String refused = null;
    try (SimLog log = SimLog.open(storage, NONE)) {
      while (refused == null) {
        InvalidUseException e = refusal(log, fields);
        refused = e == null ? null : e.getMessage();
        fields += e == null ? 1 : 0;
        assertThat(fields).isLessThan(3000);
      }
      assertThat(refused)
          .startsWith("Cannot declare key '\u0001")
          .contains(Text.of("': the declarations of %d keys take 157", fields + 3))
          .endsWith(
              " bytes, expected at most 15728640; use fewer or shorter names, or several stores");
      assertThat(log.records()).isEqualTo(fields);
      log.log(1.5, name(0), 7);
      log.seal();
    }
    try (SimLog log = SimLog.open(storage, NONE)) {
      assertThat(refusal(log, fields)).hasMessage(refused);
      log.log(2.5, name(fields - 1), 2);
    }
    verify(storage);
    assertThat(records(storage)).hasSize(fields + 2);
    assertThat(records(storage).get((long) fields)).containsEntry(name(0), 7L);
    assertThat(records(storage).get(fields + 1L)).containsEntry(name(fields - 1), 2L);
  }
}
