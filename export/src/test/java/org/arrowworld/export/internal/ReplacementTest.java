// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.WritableFile;
import org.junit.jupiter.api.Test;

/** Whatever moment a replacement is killed at, the old one or the new one is there, whole. */
class ReplacementTest {
  private static final List<String> FILES = List.of("a", "b", "inner/c");

  private static void make(MemoryStorage storage, String directory, String content)
      throws IOException {
    for (String file : FILES) {
      String path = directory + "/" + file;
      AtomicFiles.createDirectories(storage, path.substring(0, path.lastIndexOf('/')));
      try (WritableFile opened = storage.create(path)) {
        opened.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)), 0);
        opened.force();
      }
      storage.forceDirectory(path.substring(0, path.lastIndexOf('/')));
    }
  }

  private static MemoryStorage begun() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    make(storage, "out", "old");
    make(storage, ".out.tmp", "new");
    return storage;
  }

  /** The content that all files of a directory have. */
  private static String content(MemoryStorage storage, String directory) throws IOException {
    String content = new String(storage.bytes(directory + "/a"), StandardCharsets.UTF_8);
    for (String file : FILES) {
      assertThat(storage.bytes(directory + "/" + file)).asString().isEqualTo(content);
    }
    return content;
  }

  private static void replace(MemoryStorage storage) throws IOException {
    OutputLock.holding(
        storage,
        "out",
        () -> {
          Replacement.publish(storage, ".out.tmp", "out");
          return null;
        });
  }

  private static void repairedIsOldOrNew(MemoryStorage left) throws IOException {
    Replacement.repair(left, "out");
    assertThat(content(left, "out")).isIn("old", "new");
    // And the next command that writes there leaves nothing of the one that was killed.
    AtomicFiles.discard(left, ".out.tmp");
    make(left, ".out.tmp", "next");
    replace(left);
    assertThat(content(left, "out")).isEqualTo("next");
    assertThat(left.list("")).containsExactly("out");
  }

  @Test
  void a_replacement_that_is_done_leaves_the_new_one_alone() throws IOException {
    MemoryStorage storage = begun();
    replace(storage);
    assertThat(content(storage, "out")).isEqualTo("new");
    assertThat(storage.list("")).containsExactly("out");
  }

  @Test
  void killed_at_any_operation_the_old_one_or_the_new_one_is_there() throws IOException {
    MemoryStorage counting = begun();
    long first = counting.operations();
    replace(counting);
    assertThat(counting.operations() - first).isGreaterThan(8);
    for (long at = 0; at < counting.operations() - first; at++) {
      MemoryStorage storage = begun();
      storage.plan(FaultPlan.once(at, Fault.CRASH));
      assertThatThrownBy(() -> replace(storage)).isInstanceOf(IOException.class);
      repairedIsOldOrNew(storage.afterCrash(CrashKind.PROCESS));
      repairedIsOldOrNew(storage.afterCrash(CrashKind.POWER));
      for (long seed = 0; seed < 20; seed++) {
        repairedIsOldOrNew(storage.afterPowerLoss(seed));
      }
    }
  }

  @Test
  void a_failure_at_any_operation_leaves_the_old_one_or_the_new_one() throws IOException {
    MemoryStorage counting = begun();
    long first = counting.operations();
    replace(counting);
    for (long at = 0; at < counting.operations() - first; at++) {
      MemoryStorage storage = begun();
      storage.plan(FaultPlan.once(at, Fault.FAIL));
      assertThatThrownBy(() -> replace(storage)).isInstanceOf(IOException.class);
      storage.plan(FaultPlan.none());
      assertThat(content(storage, "out")).as("operation %d", at).isIn("old", "new");
    }
  }
}
