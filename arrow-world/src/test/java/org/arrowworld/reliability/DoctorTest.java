// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.maintenance.StoreDoctor;
import org.arrowworld.reliability.SmallStores.Form;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The doctor names what is wrong, wherever it is, and never fails itself. */
class DoctorTest {
  @ParameterizedTest
  @CsvSource({
    "SEALED,log/00000000000000000000.arrow",
    "LIVE,log/live/00000000000000000000.arrows",
    "SEALED,snapshots/00000000000000000002.v1/c.arrow",
    "SEALED,snapshots/00000000000000000002.v1/codebook.arrow",
    "SEALED,snapshots/00000000000000000002.v1/manifest.json",
    "SEALED,store.json"
  })
  void a_changed_byte_anywhere_is_found_and_explained(Form form, String path) throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      MemoryStorage storage = SmallStores.create(form, memory);
      assertThat(StoreDoctor.examine(storage, "s", memory).findings()).isEmpty();
      byte[] original = storage.bytes(path);
      for (int at = 0; at < original.length; at += 13) {
        byte[] changed = original.clone();
        changed[at] ^= 0x11;
        storage.put(path, changed);
        StoreDoctor.Report report = StoreDoctor.examine(storage, "s", memory);
        assertThat(report.findings()).as("byte %d", at).isNotEmpty();
        for (StoreDoctor.Finding finding : report.findings()) {
          assertThat(finding.what()).isNotBlank();
          assertThat(finding.meaning()).endsWith(".");
        }
      }
      assertThat(memory.getAllocatedMemory()).isZero();
    }
  }
}
