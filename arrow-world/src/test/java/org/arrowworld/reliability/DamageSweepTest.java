// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Tail;
import org.arrowworld.reliability.SmallStores.Form;
import org.arrowworld.reliability.SmallStores.Reading;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.testing.Programme;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * RELIABILITY contract 4 and 5 over every byte and bit of each kind of file (spec B-2, B-4, B-7,
 * N-6, J-1).
 */
class DamageSweepTest {
  private static final int FLIPS = Integer.getInteger("aw.flips", 2000);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());
  private static final String SNAPSHOT = "snapshots/00000000000000000002.v1/";

  private final BufferAllocator memory = new RootAllocator();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private static String log(Form form) {
    return form == Form.LIVE
        ? "log/live/00000000000000000000.arrows"
        : "log/00000000000000000000.arrow";
  }

  private Reading.Valid intact(MemoryStorage storage) throws IOException {
    Reading.Valid valid = (Reading.Valid) SmallStores.read(storage, memory);
    assertThat(valid.hashes()).hasSize(SmallStores.TICKS);
    return valid;
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void every_flipped_bit_of_a_segment_is_reported_and_never_read(Form form) throws IOException {
    MemoryStorage storage = SmallStores.create(form, memory);
    sweepBits(storage, log(form), intact(storage).hashes());
  }

  @ParameterizedTest
  @CsvSource({"c.arrow", "c.free.arrow", "codebook.arrow", "manifest.json"})
  void every_flipped_bit_of_a_snapshot_is_reported_and_never_read(String name) throws IOException {
    MemoryStorage storage = SmallStores.create(Form.SEALED, memory);
    sweepBits(storage, SNAPSHOT + name, intact(storage).hashes());
  }

  @Test
  void every_flipped_bit_of_store_json_is_refused() throws IOException {
    MemoryStorage storage = SmallStores.create(Form.SEALED, memory);
    sweepBits(storage, "store.json", intact(storage).hashes());
  }

  private void sweepBits(MemoryStorage storage, String path, Map<Long, String> expected)
      throws IOException {
    byte[] original = storage.bytes(path);
    assertThat(original.length).isLessThanOrEqualTo(16 * 1024);
    List<String> silent = new ArrayList<>();
    for (int bit = 0; bit < original.length * 8; bit += Programme.STRIDE) {
      byte[] flipped = original.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      storage.put(path, flipped);
      if (!isFound(storage, path, expected)) {
        silent.add(Text.of("byte %d bit %d", bit / 8, bit % 8));
      }
    }
    storage.put(path, original);
    assertThat(silent).as("flips of %s that verify did not report", path).isEmpty();
  }

  /** Whether verification reports what is wrong with a store; nothing wrong may be read. */
  private boolean isFound(MemoryStorage storage, String path, Map<Long, String> expected)
      throws IOException {
    if (SmallStores.read(storage, memory) instanceof Reading.Valid valid) {
      valid
          .hashes()
          .forEach(
              (tick, hash) -> {
                if (!hash.equals(expected.get(tick))) {
                  fail("a flipped bit %s of %s was read as data", tick, path);
                }
              });
    }
    return SmallStores.isReported(storage, memory);
  }

  /**
   * {@code -Daw.flips=N} sets how many over all kinds; up to four bits of a file change at once.
   */
  @ParameterizedTest
  @CsvSource({
    "LIVE, log/live/00000000000000000000.arrows",
    "SEALED, log/00000000000000000000.arrow",
    "ZSTD, log/00000000000000000000.arrow",
    "SEALED, snapshots/00000000000000000002.v1/c.arrow",
    "SEALED, snapshots/00000000000000000002.v1/c.free.arrow",
    "SEALED, snapshots/00000000000000000002.v1/codebook.arrow",
    "SEALED, snapshots/00000000000000000002.v1/manifest.json",
    "SEALED, store.json"
  })
  void random_flips_are_reported_and_never_read(Form form, String path) throws IOException {
    int cases = Math.max(1, FLIPS / 8);
    MemoryStorage storage = SmallStores.create(form, memory);
    Map<Long, String> expected = intact(storage).hashes();
    byte[] original = storage.bytes(path);
    for (long seed = SEED; seed < SEED + cases; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] flipped = original.clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      }
      storage.put(path, flipped);
      boolean same = Arrays.equals(flipped, original);
      assertThat(same || isFound(storage, path, expected))
          .as("%s %s: -Daw.seed=%d", form, path, seed)
          .isTrue();
    }
    Programme.report(
        "DamageSweepTest %s %s: %d random flips found, -Daw.seed=%d", form, path, cases, SEED);
  }

  @Test
  void a_live_segment_cut_at_any_byte_is_valid_to_a_tick_or_torn_and_never_more()
      throws IOException {
    MemoryStorage storage = SmallStores.create(Form.LIVE, memory);
    Map<Long, String> expected = intact(storage).hashes();
    String path = log(Form.LIVE);
    byte[] original = storage.bytes(path);
    AtomicFilesDiscard.snapshots(storage);
    long longest = -1;
    for (int length = 0; length < original.length; length++) {
      storage.put(path, Arrays.copyOf(original, length));
      Reading reading = SmallStores.read(storage, memory);
      if (reading instanceof Reading.Valid valid && valid.tail() != Tail.Kind.DAMAGED) {
        assertThat(valid.lastTick()).isBetween(longest, (long) SmallStores.TICKS - 2);
        longest = valid.lastTick();
        valid.hashes().forEach((t, hash) -> assertThat(hash).isEqualTo(expected.get(t)));
      } else {
        assertThat(longest).as("only a cut header is refused").isEqualTo(-1);
      }
    }
    assertThat(longest).isEqualTo(SmallStores.TICKS - 2);
  }

  @ParameterizedTest
  @EnumSource(names = {"SEALED", "ZSTD"})
  void a_sealed_segment_cut_at_any_byte_is_refused(Form form) throws IOException {
    sweepCuts(form, log(form));
  }

  @ParameterizedTest
  @CsvSource({"c.arrow", "c.free.arrow", "codebook.arrow", "manifest.json"})
  void a_snapshot_cut_at_any_byte_is_passed_over_and_reported(String name) throws IOException {
    sweepCuts(Form.SEALED, SNAPSHOT + name);
  }

  private void sweepCuts(Form form, String path) throws IOException {
    MemoryStorage storage = SmallStores.create(form, memory);
    Map<Long, String> expected = intact(storage).hashes();
    byte[] original = storage.bytes(path);
    for (int length = 0; length < original.length; length++) {
      storage.put(path, Arrays.copyOf(original, length));
      Reading reading = SmallStores.read(storage, memory);
      if (path.startsWith("log")) {
        assertThat(reading).as("cut at %d", length).isInstanceOf(Reading.Refused.class);
      } else {
        assertThat(((Reading.Valid) reading).hashes()).isEqualTo(expected);
      }
      assertThat(SmallStores.isReported(storage, memory)).as("cut at %d", length).isTrue();
    }
  }

  @Test
  void zeroed_sectors_of_a_live_segment_are_damage_or_a_torn_end() throws IOException {
    MemoryStorage storage = SmallStores.create(Form.LIVE, memory);
    Map<Long, String> expected = intact(storage).hashes();
    String path = log(Form.LIVE);
    byte[] original = storage.bytes(path);
    for (int from = 0; from < original.length; from += 512) {
      byte[] zeroed = original.clone();
      Arrays.fill(zeroed, from, Math.min(from + 512, zeroed.length), (byte) 0);
      storage.put(path, zeroed);
      if (SmallStores.read(storage, memory) instanceof Reading.Valid valid) {
        valid.hashes().forEach((t, hash) -> assertThat(hash).isEqualTo(expected.get(t)));
      }
      assertThat(SmallStores.isReported(storage, memory)).as("sector at %d", from).isTrue();
    }
  }

  /** Removes snapshots, which would show that a tail is missing. */
  private static final class AtomicFilesDiscard {
    static void snapshots(MemoryStorage storage) throws IOException {
      org.arrowworld.storage.AtomicFiles.discard(storage, "snapshots");
    }
  }
}
