// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.storage.Storage;

/**
 * A log's rows by (key code, rid, tick, seq): what happened to one entity stands together. Sorted
 * outside memory: runs of {@link #RUN_ROWS} rows are spilled to temporary files, which are gone
 * after the scan, and merged.
 */
public final class EntityOrder extends ForwardingRows {
  /** Rows of a run; they take about 60 bytes each while it is sorted. */
  static final int RUN_ROWS = 1 << 20;

  private final Storage scratch;
  private final String path;
  private final int runRows;

  /**
   * The rows of a log in another order.
   *
   * @param scratch where runs are spilled
   * @param path what their names begin with
   */
  public EntityOrder(LogSource source, Storage scratch, String path) {
    this(source, scratch, path, RUN_ROWS);
  }

  EntityOrder(LogSource source, Storage scratch, String path, int runRows) {
    super(source);
    this.scratch = scratch;
    this.path = path;
    this.runRows = runRows;
  }

  @Override
  public String name() {
    return "by_entity";
  }

  @Override
  public Map<String, String> origin() throws IOException {
    Map<String, String> origin = source.origin();
    origin.put("aw.view", "by_entity");
    return origin;
  }

  @Override
  public Optional<Integer> sortedBy() {
    return Optional.of(LogSource.KEY_CODE);
  }

  @Override
  public void scan(Visitor visitor) throws IOException {
    try (SortedRuns runs = new SortedRuns(scratch, path)) {
      spill(runs);
      BatchPair batches = new BatchPair(source.columns(), visitor);
      boolean texts = source.columns().size() > LogSource.TEXT;
      runs.merge((records, at) -> put(records, at, batches.filling(), texts));
      batches.flush();
    }
  }

  private void spill(SortedRuns runs) throws IOException {
    Sorter sorter = new Sorter(runRows);
    source.scan(
        batch -> {
          for (int row = 0; row < batch.rows(); row++) {
            if (sorter.rows == runRows) {
              sorter.spill(runs);
            }
            sorter.add(batch, row);
          }
        });
    sorter.spill(runs);
  }

  private static void put(ByteBuffer records, int at, RowBatch target, boolean texts) {
    int row = target.rows();
    long order = records.getLong(at + SortedRuns.ORDER);
    int key = (int) (order >>> 32);
    target.bytes(LogSource.SEQ).putLong(8 * row, records.getLong(at + SortedRuns.SEQ));
    target.bytes(LogSource.TICK).putLong(8 * row, records.getLong(at + SortedRuns.TICK));
    target.bytes(LogSource.RID).putInt(4 * row, (int) order);
    target.bytes(LogSource.KEY).putInt(4 * row, key);
    target.bytes(LogSource.KEY_CODE).putChar(2 * row, (char) key);
    target.bytes(LogSource.VAL).putLong(8 * row, records.getLong(at + SortedRuns.VAL));
    if (texts) {
      int text = records.getInt(at + SortedRuns.TEXT);
      target.bytes(LogSource.TEXT).putInt(4 * row, text);
      if (text == RowBatch.NULL_CODE) {
        target.setNull(LogSource.TEXT, row);
      }
    }
    target.rows(row + 1);
  }

  /** Rows of one run. Rows come by seq, so a stable sort by (key, rid) is all it takes. */
  private static final class Sorter {
    private static final int DIGIT_BITS = 12;
    private static final int KEY_BITS = 48;

    private final long[] orders;
    private final long[] seqs;
    private final long[] ticks;
    private final long[] vals;
    private final int[] texts;
    private int[] permutation;
    private int[] other;
    private int rows;

    Sorter(int capacity) {
      orders = new long[capacity];
      seqs = new long[capacity];
      ticks = new long[capacity];
      vals = new long[capacity];
      texts = new int[capacity];
      permutation = new int[capacity];
      other = new int[capacity];
    }

    void add(RowBatch batch, int row) {
      long key = batch.bytes(LogSource.KEY_CODE).getChar(2 * row);
      long rid = batch.bytes(LogSource.RID).getInt(4 * row) & 0xFFFF_FFFFL;
      orders[rows] = key << 32 | rid;
      seqs[rows] = batch.bytes(LogSource.SEQ).getLong(8 * row);
      ticks[rows] = batch.bytes(LogSource.TICK).getLong(8 * row);
      vals[rows] = batch.bytes(LogSource.VAL).getLong(8 * row);
      texts[rows] = batch.bytes(LogSource.TEXT).getInt(4 * row);
      rows++;
    }

    void spill(SortedRuns runs) throws IOException {
      if (rows == 0) {
        return;
      }
      sort();
      try (SortedRuns.Run run = runs.begin()) {
        for (int i = 0; i < rows; i++) {
          int row = permutation[i];
          run.record()
              .putLong(orders[row])
              .putLong(seqs[row])
              .putLong(ticks[row])
              .putLong(vals[row])
              .putInt(texts[row]);
        }
        run.finish();
      }
      rows = 0;
    }

    /** Least significant digits first; a digit that all rows share is passed over. */
    private void sort() {
      for (int i = 0; i < rows; i++) {
        permutation[i] = i;
      }
      int[] counts = new int[(1 << DIGIT_BITS) + 1];
      int mask = (1 << DIGIT_BITS) - 1;
      for (int shift = 0; shift < KEY_BITS; shift += DIGIT_BITS) {
        Arrays.fill(counts, 0);
        for (int i = 0; i < rows; i++) {
          counts[((int) (orders[i] >>> shift) & mask) + 1]++;
        }
        if (counts[((int) (orders[0] >>> shift) & mask) + 1] == rows) {
          continue;
        }
        for (int digit = 0; digit < mask; digit++) {
          counts[digit + 1] += counts[digit];
        }
        for (int i = 0; i < rows; i++) {
          int row = permutation[i];
          other[counts[(int) (orders[row] >>> shift) & mask]++] = row;
        }
        int[] sorted = other;
        other = permutation;
        permutation = sorted;
      }
    }
  }
}
