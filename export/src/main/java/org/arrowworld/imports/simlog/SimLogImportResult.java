// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.simlog;

import java.util.List;

/**
 * What an import brought in.
 *
 * @param records number of records
 * @param values number of values
 * @param chunks number of chunk files
 * @param findings what is missing or could not be told, in words; empty if nothing was lost
 */
public record SimLogImportResult(long records, long values, int chunks, List<String> findings) {
  public SimLogImportResult {
    findings = List.copyOf(findings);
  }

  /** Whether nothing was lost. */
  public boolean complete() {
    return findings.isEmpty();
  }
}
