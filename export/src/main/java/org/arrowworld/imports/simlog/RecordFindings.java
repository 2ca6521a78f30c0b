// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.simlog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.arrowworld.internal.Text;

/** What an import could not bring in or tell, gathered into a bounded list. */
final class RecordFindings {

  /** How often something was met, and where first. */
  private static final class Count {
    final double value;
    final long record;
    long times;

    Count(double value, long record) {
      this.value = value;
      this.record = record;
    }
  }

  private final List<String> general = new ArrayList<>();
  private final Map<Integer, Count> unknownKeys = new TreeMap<>();
  private final Map<String, Count> noCodes = new TreeMap<>();
  private final Map<String, Count> noBools = new TreeMap<>();
  private boolean codebookMissing;

  void noCodebook() {
    codebookMissing = true;
    general.add(
        SimLogCodebook.FILE
            + " is missing: fields are named key_0, key_1, ... after their key numbers,"
            + " and strings are the numbers of their codes");
  }

  void missingChunks(long first, long last) {
    general.add(
        first == last
            ? Text.of("chunk_%06d.npz is missing, and its records with it", first)
            : Text.of(
                "chunk_%06d.npz to chunk_%06d.npz are missing, and their records with them",
                first, last));
  }

  /** A key the codebook does not name. */
  void unknownKey(int key, double value, long record) {
    if (!codebookMissing) {
      unknownKeys.computeIfAbsent(key, k -> new Count(value, record)).times++;
    }
  }

  /** A value of a string field that is no code. */
  void noCode(String field, double value, long record) {
    noCodes.computeIfAbsent(field, k -> new Count(value, record)).times++;
  }

  /** A value of a boolean field that is neither 0 nor 1. */
  void noBool(String field, double value, long record) {
    noBools.computeIfAbsent(field, k -> new Count(value, record)).times++;
  }

  List<String> list() {
    List<String> all = new ArrayList<>(general);
    unknownKeys.forEach(
        (key, count) ->
            all.add(
                Text.of(
                    "key %d is not in %s: its %d values from record %d on are in field key_%d",
                    key, SimLogCodebook.FILE, count.times, count.record, key)));
    noCodes.forEach((field, count) -> all.add(kept("not a code", field, count)));
    noBools.forEach((field, count) -> all.add(kept("not a truth value", field, count)));
    return all;
  }

  private static String kept(String what, String field, Count count) {
    return Text.of(
        "field '%s' has %d values that are %s, first %s in record %d: kept as numbers",
        field, count.times, what, count.value, count.record);
  }
}
