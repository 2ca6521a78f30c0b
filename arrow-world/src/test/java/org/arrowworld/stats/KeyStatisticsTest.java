// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.stats.KeyStatistics.Options;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;

/** Against plain sorting of all values. */
class KeyStatisticsTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("c")
              .column("x", ColumnType.F64)
              .column("big", ColumnType.U64)
              .column("small", ColumnType.I8)
              .column("name", ColumnType.STRING)
              .build());

  private final MemoryStorage storage = new MemoryStorage();
  private final MemoryStorage scratch = new MemoryStorage();
  private final Map<Long, List<Double>> x = new TreeMap<>();
  private final List<Double> small = new ArrayList<>();
  private final Set<Long> big = new HashSet<>();

  private void play(long seed) throws IOException {
    Random random = new Random(seed);
    LogOptions options = LogOptions.DEFAULT.withDurability(Durability.NONE);
    StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.create(
                storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      live.tick(
          t -> {
            for (int i = 0; i < 100; i++) {
              t.table("c").insert().set("name", "n");
            }
          });
      for (int tick = 1; tick < 40; tick++) {
        if (tick % 7 == 0) {
          live.tick(t -> {});
          continue;
        }
        double[] values =
            random.doubles(100).map(v -> v < 0.3 ? Math.rint(v * 9) : v - 1).toArray();
        if (tick % 5 == 0) {
          values[random.nextInt(100)] = Double.NaN;
        }
        long at = tick;
        live.tick(
            t -> {
              t.table("c").write("x", values);
              long pattern = random.nextInt(3) * 0x6FFF_FFFF_FFFF_FFFFL;
              t.table("c").setSlotUnsigned(4, "big", pattern);
              big.add(pattern);
              int value = random.nextInt(256) - 128;
              t.table("c").setSlot(9, "small", value);
              small.add((double) value);
            });
        x.put(at, Arrays.stream(values).boxed().toList());
      }
    }
  }

  private static void same(Summary found, List<Double> values, int bins) {
    double[] numbers =
        values.stream().mapToDouble(v -> v).filter(v -> !Double.isNaN(v)).sorted().toArray();
    assertThat(found.count()).isEqualTo(values.size());
    assertThat(found.nans()).isEqualTo(values.size() - numbers.length);
    assertThat(found.min()).isEqualTo(numbers[0]);
    assertThat(found.max()).isEqualTo(numbers[numbers.length - 1]);
    assertThat(found.distinct())
        .isEqualTo(values.stream().map(Double::doubleToRawLongBits).distinct().count());
    BigDecimal sum = BigDecimal.ZERO;
    for (double v : numbers) {
      sum = sum.add(new BigDecimal(v));
    }
    double mean = sum.doubleValue() / numbers.length;
    assertThat(found.mean()).isCloseTo(mean, org.assertj.core.data.Offset.offset(Math.ulp(mean)));
    for (int q = 1; q <= 3; q++) {
      int rank = (int) Math.ceil(q * numbers.length / 4.0);
      assertThat(found.quartiles().get(q - 1)).isEqualTo(numbers[rank - 1]);
    }
    assertThat(found.histogram()).hasSize(bins);
    assertThat(found.histogram().stream().mapToLong(n -> n).sum())
        .isEqualTo(bins == 0 ? 0 : numbers.length);
  }

  @Test
  void summaries_are_exact_with_and_without_spilling() throws IOException {
    play(3);
    List<Double> all = x.values().stream().flatMap(List::stream).toList();
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      for (int buffer : new int[] {17, 1000, 1 << 20}) {
        Options options = Options.of("c.x").withBins(7).withBuffer(buffer);
        same(new KeyStatistics(log, options, scratch).all(), all, 7);
        assertThat(scratch.list("")).as("what the sort left").isEmpty();
        same(new KeyStatistics(log, Options.of("c.small"), scratch).all(), small, 0);
        Map<Long, Summary> ticks = new TreeMap<>();
        new KeyStatistics(log, Options.of("c.x").withBuffer(buffer), scratch).byTick(ticks::put);
        assertThat(ticks.keySet()).isEqualTo(x.keySet());
        ticks.forEach((tick, summary) -> same(summary, x.get(tick), 0));
      }
      Summary bigs = new KeyStatistics(log, Options.of("c.big"), scratch).all();
      assertThat(bigs.distinct()).isEqualTo(big.size());
      assertThat(bigs.max()).isEqualTo(0xDFFF_FFFF_FFFF_FFFEL * 1.0 + 0x1p64);
      Options span = Options.of("c.x").between(3, 4);
      assertThat(new KeyStatistics(log, span, scratch).all().count()).isEqualTo(200);
    }
  }

  @Test
  void large_integers_become_the_nearest_number() throws IOException {
    long pattern = (1L << 63) + 1025;
    Summary found = tally(ColumnType.U64, 0, pattern);
    assertThat(found.mean())
        .isEqualTo(found.min())
        .isEqualTo(new BigDecimal(Long.toUnsignedString(pattern)).doubleValue());
  }

  @Test
  void bins_are_equally_wide_however_far_apart_the_values_are() throws IOException {
    assertThat(summary(4, -1.7e308, 1.7e308).histogram()).containsExactly(1L, 0L, 0L, 1L);
    assertThat(summary(4, 1, 2, Double.POSITIVE_INFINITY).histogram()).isEmpty();
  }

  private Summary summary(int bins, double... values) throws IOException {
    long[] patterns = Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
    return tally(ColumnType.F64, bins, patterns);
  }

  private Summary tally(ColumnType type, int bins, long... patterns) throws IOException {
    try (Tally tally = new Tally(type, scratch, 100)) {
      for (long pattern : patterns) {
        tally.add(pattern);
      }
      return tally.summary(bins);
    }
  }

  @Test
  void words_and_unknown_keys_are_refused() throws IOException {
    play(4);
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      assertThatThrownBy(() -> new KeyStatistics(log, Options.of("c.name"), scratch))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot summarise key 'c.name': its values are words, not numbers");
      assertThatThrownBy(() -> new KeyStatistics(log, Options.of("c.y"), scratch))
          .hasMessageStartingWith("Unknown key 'c.y' in this store: it has [");
    }
  }
}
