package org.arrowworld.timeline;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.arrowworld.schema.Column;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.table.TableView;
import org.arrowworld.table.World;
import org.arrowworld.table.WorldTable;

/** Names the first difference between a replayed world and a snapshot. */
final class Divergence {
  private Divergence() {}

  static String describe(World replayed, Snapshot snapshot) {
    for (WorldTable ours : replayed.tables()) {
      TableView theirs = snapshot.table(ours.name());
      if (ours.rows() != theirs.rows()) {
        return "tick %d, table %s: %d rows by replay, %d in the snapshot"
            .formatted(replayed.tick(), ours.name(), ours.rows(), theirs.rows());
      }
      for (Column column : ours.columns()) {
        ByteBuffer a = ours.bytes(column);
        ByteBuffer b = theirs.bytes(column);
        int mismatch = a.mismatch(b);
        if (mismatch >= 0) {
          int width = column.type().widthBytes();
          int slot = mismatch / width;
          return "tick %d, table %s, column %s, %s (slot %d): %s by replay, %s in the snapshot"
              .formatted(
                  replayed.tick(),
                  ours.name(),
                  column.name(),
                  ours.describe(ours.id(slot)),
                  slot,
                  hex(a, slot, width),
                  hex(b, slot, width));
        }
      }
    }
    return "no difference";
  }

  private static String hex(ByteBuffer bytes, int slot, int width) {
    byte[] value = new byte[width];
    bytes.get(slot * width, value);
    return HexFormat.of().formatHex(value);
  }
}
