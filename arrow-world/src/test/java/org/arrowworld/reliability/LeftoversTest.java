// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.FaultPlan.Operation;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;

/** A disk that is full stays no fuller than it must: what could not be completed is deleted. */
class LeftoversTest {
  private static List<String> unfinished(MemoryStorage storage, String directory)
      throws IOException {
    List<String> found = new ArrayList<>();
    for (String name : storage.list(directory)) {
      String path = directory.isEmpty() ? name : directory + "/" + name;
      if (name.endsWith(".tmp")) {
        found.add(path);
      }
      found.addAll(unfinished(storage, path));
    }
    return found;
  }

  /** From an operation on there is no room; names may still be deleted and renamed. */
  private static void full(MemoryStorage storage, long from) {
    storage.plan(
        (index, operation, path) ->
            index >= from && (operation == Operation.WRITE || operation == Operation.CREATE)
                ? Fault.SHORT
                : Fault.NONE);
  }

  @Test
  void a_seal_or_a_snapshot_that_meets_a_full_disk_leaves_no_unfinished_file() throws IOException {
    boolean failed = true;
    int failures = 0;
    for (long from = 0; failed; from++) {
      try (BufferAllocator memory = new RootAllocator()) {
        MemoryStorage storage = new MemoryStorage();
        Verbs.create(storage, 3, memory);
        full(storage, from);
        failed = false;
        try (LiveWorld live =
            LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory))) {
          live.snapshot();
          live.tick(t -> t.table("c").insert().set("x", 1f).set("k", "w"));
          live.snapshot();
          live.seal();
        } catch (IOException e) {
          failed = true;
          failures++;
        }
        assertThat(unfinished(storage, "")).as("full from operation %d on", from).isEmpty();
      }
    }
    assertThat(failures).isGreaterThan(20);
  }

  @Test
  void a_small_file_that_meets_a_full_disk_leaves_no_unfinished_file() throws IOException {
    for (long from = 0; from < 3; from++) {
      MemoryStorage storage = new MemoryStorage();
      full(storage, from);
      try (BufferAllocator memory = new RootAllocator()) {
        LiveWorld.create(
                storage,
                Verbs.SCHEMA,
                WorldOptions.DEFAULT.withAllocator(memory).withProperties(Map.of()))
            .close();
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("simulated SHORT");
      }
      assertThat(unfinished(storage, "")).isEmpty();
    }
  }
}
