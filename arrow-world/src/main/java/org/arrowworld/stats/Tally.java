// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.stats;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.Storage;

/** Takes the values of one key and summarises them exactly, whatever their number. */
final class Tally implements Closeable {
  private final ColumnType type;
  private final SpillingSort values;
  private long count;
  private long nans;
  private double sum;
  private double compensation;

  Tally(ColumnType type, Storage scratch, int bufferValues) {
    this.type = type;
    this.values = new SpillingSort(scratch, bufferValues);
  }

  void add(long pattern) throws IOException {
    count++;
    values.add(toOrdered(pattern));
    double value = number(pattern);
    if (Double.isNaN(value)) {
      nans++;
      return;
    }
    // Neumaier's compensated sum: https://doi.org/10.1002/zamm.19740540106
    double next = sum + value;
    compensation += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }

  long count() {
    return count;
  }

  private double number(long pattern) {
    return switch (type) {
      case I64 -> (double) pattern;
      case U64 -> pattern >= 0 ? (double) pattern : (pattern >>> 1 | (pattern & 1)) * 2.0;
      case U8, I8, U16, I16, U32, I32, F32, F64, BOOL, STRING -> Double.longBitsToDouble(pattern);
    };
  }

  /** Patterns as longs in the order of their numbers; negative NaNs first, positive ones last. */
  private long toOrdered(long pattern) {
    return switch (type) {
      case I64 -> pattern;
      case U64 -> pattern ^ Long.MIN_VALUE;
      case U8, I8, U16, I16, U32, I32, F32, F64, BOOL, STRING ->
          pattern ^ (pattern >> 63 & Long.MAX_VALUE);
    };
  }

  private double ofOrdered(long ordered) {
    return switch (type) {
      case I64 -> number(ordered);
      case U64 -> number(ordered ^ Long.MIN_VALUE);
      case U8, I8, U16, I16, U32, I32, F32, F64, BOOL, STRING ->
          Double.longBitsToDouble(ordered ^ (ordered >> 63 & Long.MAX_VALUE));
    };
  }

  /** Walks the sorted values: distinct ones, extremes, quartiles. */
  private final class Walk implements SpillingSort.Visitor {
    private final long numbers = count - nans;
    private final List<Double> quartiles = new ArrayList<>();
    private long seen;
    private long distinct;
    private double min = Double.NaN;
    private double max = Double.NaN;

    @Override
    public void visit(long ordered, long times) {
      distinct++;
      double value = ofOrdered(ordered);
      if (Double.isNaN(value)) {
        return;
      }
      min = seen == 0 ? value : min;
      max = value;
      seen += times;
      while (quartiles.size() < 3 && 4 * seen >= numbers * (quartiles.size() + 1)) {
        quartiles.add(value);
      }
    }
  }

  /**
   * The summary.
   *
   * @param bins of the histogram, 0 for none
   */
  Summary summary(int bins) throws IOException {
    Walk walk = new Walk();
    values.forEach(walk);
    double total = Double.isFinite(sum) ? sum + compensation : sum;
    boolean finite = Double.isFinite(walk.min) && Double.isFinite(walk.max);
    long[] histogram = new long[walk.seen == 0 || !finite ? 0 : bins];
    if (histogram.length > 0) {
      double scale =
          Double.isFinite(walk.max - walk.min) ? 1 : 0.5; // so that no difference is too large
      double least = walk.min * scale;
      double width = walk.max * scale - least;
      values.forEach(
          (ordered, times) -> {
            double value = ofOrdered(ordered);
            if (!Double.isNaN(value)) {
              double place = width == 0 ? 0 : (value * scale - least) / width * bins;
              histogram[(int) Math.max(0, Math.min(bins - 1, place))] += times;
            }
          });
    }
    return new Summary(
        count,
        nans,
        walk.numbers == 0 ? Double.NaN : total / walk.numbers,
        walk.min,
        walk.max,
        walk.distinct,
        List.copyOf(walk.quartiles),
        Arrays.stream(histogram).boxed().toList());
  }

  @Override
  public void close() throws IOException {
    values.close();
  }
}
