// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgrammeTest {
  @TempDir Path folder;

  @Test
  void a_report_takes_the_place_of_the_harness_s_row_before() throws IOException {
    Path file = folder.resolve("results.md");
    String head = "# Results\n\n| harness | Java | did |\n|---|---|---|\n";
    Files.writeString(file, head + "| KillTest none | 17 | 5 kills |\n");
    Programme.write(file, "PowerLossTest", "9 cuts");
    Programme.write(file, "KillTest none", "10 kills");
    String java = System.getProperty("java.specification.version");
    assertThat(Files.readString(file))
        .isEqualTo(
            head
                + "| KillTest none | "
                + java
                + " | 10 kills |\n| PowerLossTest | "
                + java
                + " | 9 cuts |\n");
  }
}
