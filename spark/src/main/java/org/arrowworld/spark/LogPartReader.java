// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.unsafe.types.UTF8String;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.log.PlanReader;
import org.arrowworld.log.PlannedBatch;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.Storage;

/** Reads the batches of a part, one at a time; columns are made of the rows that are wanted. */
final class LogPartReader implements PartitionReader<ColumnarBatch> {
  private final LogPart part;
  private int nextPiece;
  private int nextBatch;
  private Storage storage;
  private PlanReader reader;
  private boolean[] keys;
  private UTF8String[] keyNames;
  private final Buffers buffers = new Buffers();
  private ColumnarBatch current;
  private long batchesRead;

  /** The columns of a batch, used again for the next one. */
  private static final class Buffers {
    private int[] rows = {};
    private long[] seqs = {};
    private long[] ticks = {};
    private int[] rids = {};
    private char[] codes = {};
    private long[] bits = {};
    private UTF8String[] words = {};

    void ensure(int count) {
      if (rows.length < count) {
        rows = new int[count];
        seqs = new long[count];
        ticks = new long[count];
        rids = new int[count];
        codes = new char[count];
        bits = new long[count];
        words = new UTF8String[count];
      }
    }
  }

  LogPartReader(LogPart part) {
    this.part = part;
  }

  @Override
  public boolean next() throws IOException {
    while (reader != null || nextPiece < part.pieces().size()) {
      if (reader == null) {
        open(part.pieces().get(nextPiece++));
      }
      LogPart.Piece piece = part.pieces().get(nextPiece - 1);
      while (nextBatch < piece.plan().batches().size()) {
        if (read(piece, piece.plan().batches().get(nextBatch++))) {
          return true;
        }
      }
      closePiece();
    }
    return false;
  }

  private void open(LogPart.Piece piece) throws IOException {
    storage = piece.run().storage();
    reader = PlanReader.open(storage, piece.plan());
    nextBatch = 0;
    KeyTable table = reader.keys();
    keys = part.wanted().keys(table);
    keyNames = new UTF8String[table.size()];
    for (int code = 0; code < keyNames.length; code++) {
      keyNames[code] = UTF8String.fromString(table.key(code).name());
    }
  }

  /** Reads a batch; false where it has no row that is wanted. */
  private boolean read(LogPart.Piece piece, PlannedBatch planned) throws IOException {
    PlanReader.Rows rows;
    try {
      rows = reader.read(planned);
    } catch (DamagedFileException e) {
      throw piece.run().named(e);
    }
    batchesRead++;
    if (rows.count() == 0) {
      return false;
    }
    buffers.ensure(rows.count());
    int count = part.wanted().choose(rows.batch(), rows.from(), rows.to(), keys, buffers.rows);
    if (count == 0) {
      return false;
    }
    TripleBatch batch = rows.batch();
    current =
        part.wanted()
            .columns()
            .batch(piece.run().constants(), name -> column(name, batch, count), count);
    return true;
  }

  private ColumnVector column(String name, TripleBatch batch, int count) {
    int[] rows = buffers.rows;
    switch (name) {
      case "seq" -> {
        for (int i = 0; i < count; i++) {
          buffers.seqs[i] = batch.firstSeq() + rows[i];
        }
        return Vectors.longs(buffers.seqs);
      }
      case "tick" -> {
        for (int i = 0; i < count; i++) {
          buffers.ticks[i] = batch.tick(rows[i]);
        }
        return Vectors.longs(buffers.ticks);
      }
      case "rid" -> {
        for (int i = 0; i < count; i++) {
          buffers.rids[i] = batch.rid(rows[i]);
        }
        return Vectors.unsigned(buffers.rids);
      }
      case "key" -> {
        for (int i = 0; i < count; i++) {
          buffers.codes[i] = (char) batch.key(rows[i]);
        }
        return Vectors.coded(buffers.codes, keyNames);
      }
      case "val", "bits" -> {
        for (int i = 0; i < count; i++) {
          buffers.bits[i] = batch.val(rows[i]);
        }
        return name.equals("val") ? Vectors.doubles(buffers.bits) : Vectors.longs(buffers.bits);
      }
      default -> {
        for (int i = 0; i < count; i++) {
          byte[] word = batch.utf8(rows[i]);
          buffers.words[i] = word == null ? null : UTF8String.fromBytes(word);
        }
        return Vectors.words(buffers.words);
      }
    }
  }

  @Override
  public ColumnarBatch get() {
    return current;
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return new CustomTaskMetric[] {Metrics.batchesRead(batchesRead)};
  }

  private void closePiece() throws IOException {
    if (reader == null) {
      return;
    }
    try {
      reader.close();
    } finally {
      reader = null;
      storage.close();
    }
  }

  @Override
  public void close() throws IOException {
    closePiece();
  }
}
