// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.maintenance.StoreDoctor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code aw doctor}. */
@Command(
    name = "doctor",
    description = {
      "Say in plain words what is wrong with a store, what it means, and what to do next. It",
      "looks at everything and writes nothing. The exit code is 1 if anything is damaged."
    })
final class DoctorVerb extends ReadingVerb {
  @Parameters(paramLabel = "STORE", description = "The store's directory.")
  private Path store;

  @Override
  String purpose() {
    return "examine the store";
  }

  @Override
  int execute() throws IOException {
    StoreDoctor.Report result;
    try (BufferAllocator memory = new RootAllocator()) {
      result = StoreDoctor.examine(store(store), store.toString(), memory);
    }
    Report report =
        new Report()
            .json("healthy", result.isHealthy())
            .json("valid_to_tick", result.validToTick())
            .json("findings", result.findings().stream().map(DoctorVerb::json).toList());
    for (StoreDoctor.Finding finding : result.findings()) {
      report
          .line(finding.severity().name().toLowerCase(Locale.ROOT), finding.what())
          .line("", finding.meaning());
      if (!finding.next().isEmpty()) {
        report.line("", "next: " + finding.next());
      }
    }
    report.line("result", summary(result));
    report.print(console(), format());
    return result.isHealthy() ? Exit.OK : Exit.FAILURE;
  }

  private static Map<String, Object> json(StoreDoctor.Finding finding) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
    json.put("what", finding.what());
    json.put("meaning", finding.meaning());
    json.put("next", finding.next());
    return json;
  }

  private static String summary(StoreDoctor.Report result) {
    String valid =
        result.validToTick() < 0 ? "no committed tick" : "valid to tick " + result.validToTick();
    return (result.isHealthy() ? "nothing is damaged; " : "DAMAGED; the log reads as ") + valid;
  }
}
