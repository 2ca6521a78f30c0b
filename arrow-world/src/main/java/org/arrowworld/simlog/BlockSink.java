// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.io.IOException;

/** Fills a block and hands it out whenever a record of a later one comes. */
final class BlockSink implements RecordSink {
  private final SimBlock block;
  private final int blockRecords;
  private final long records;
  private final SimLogReader.BlockVisitor visitor;
  private boolean begun;
  private int row;

  BlockSink(SimBlock block, int blockRecords, long records, SimLogReader.BlockVisitor visitor) {
    this.block = block;
    this.blockRecords = blockRecords;
    this.records = records;
    this.visitor = visitor;
  }

  @Override
  public void begin(long ordinal, long tick) throws IOException {
    if (begun && ordinal - block.first() >= blockRecords) {
      finish();
    }
    if (!begun) {
      begun = true;
      block.begin(ordinal - ordinal % blockRecords);
    }
    row = (int) (ordinal - block.first());
  }

  @Override
  public void value(SimFieldInfo field, ValueKind kind, long bits, String word) {
    block.at(field).put(row, kind, bits, word);
  }

  @Override
  public void end() {}

  /** Hands out what there is. */
  void finish() throws IOException {
    if (begun) {
      begun = false;
      block.finish((int) Math.min(blockRecords, records - block.first()));
      visitor.visit(block);
    }
  }
}
