// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import org.arrowworld.reliability.HostileInputs.Kind;

/**
 * Coverage-guided fuzzing of each parser of the core, on demand: see docs/reliability.md. A finding
 * is an untyped failure or a leak; its input is saved beside the others, which {@link
 * HostileFilesTest} feeds in every build.
 */
class FuzzTargets {
  private static final String HOURS = "12h"; // ended sooner with Ctrl-C

  /** Messages, footers, words, batches: as table, as segment, as files of a snapshot. */
  @FuzzTest(maxDuration = HOURS)
  void ipc(byte[] data) {
    HostileInputs.feed(Kind.IPC, data);
  }

  @FuzzTest(maxDuration = HOURS)
  void npy(byte[] data) {
    HostileInputs.feed(Kind.NPY, data);
  }

  @FuzzTest(maxDuration = HOURS)
  void npz(byte[] data) {
    HostileInputs.feed(Kind.NPZ, data);
  }

  @FuzzTest(maxDuration = HOURS)
  void json(byte[] data) {
    HostileInputs.feed(Kind.JSON, data);
  }

  @FuzzTest(maxDuration = HOURS)
  void fieldMetadata(byte[] data) {
    HostileInputs.feed(Kind.FIELD_METADATA, data);
  }

  /** The checksum is put right, so that what it guards is reached. */
  @FuzzTest(maxDuration = HOURS)
  void storeJson(byte[] data) {
    HostileInputs.feed(Kind.STORE_JSON, HostileInputs.sealJson(body(data)));
  }

  @FuzzTest(maxDuration = HOURS)
  void manifest(byte[] data) {
    HostileInputs.feed(Kind.MANIFEST, HostileInputs.sealJson(body(data)));
  }

  @FuzzTest(maxDuration = HOURS)
  void fence(byte[] data) {
    HostileInputs.feed(Kind.FENCE, HostileInputs.sealJson(body(data)));
  }

  /** A saved file ends in its own checksum. */
  private static byte[] body(byte[] data) {
    boolean sealed = data.length > 19 && data[data.length - 1] == '\n';
    return sealed ? Arrays.copyOf(data, data.length - 19) : data;
  }
}
