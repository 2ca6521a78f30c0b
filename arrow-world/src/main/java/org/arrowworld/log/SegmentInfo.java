// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import org.arrowworld.schema.Key;
import org.arrowworld.storage.Storage;

/**
 * What one segment file says about itself, without the store around it.
 *
 * @param isSealed an IPC file with a footer, rather than a live stream
 * @param store the store it belongs to
 * @param schemaVersion the schema its rows follow
 * @param start the position before its first row; its tick is not stored and -1
 * @param end the position after its last commit row; its tick is -1 if it has none
 * @param firstTick tick of its first row, empty if it has no rows
 * @param batches record batches in its valid part
 * @param bytes length of the file
 * @param keys the keys it declares
 * @param tail what follows the valid part
 */
public record SegmentInfo(
    boolean isSealed,
    StoreId store,
    int schemaVersion,
    LogPosition start,
    LogPosition end,
    OptionalLong firstTick,
    int batches,
    long bytes,
    List<Key> keys,
    Tail tail) {

  /**
   * Reads a segment: header and footer of a sealed one, every batch of a live one.
   *
   * @throws org.arrowworld.errors.DamagedFileException if it is no segment or its header is damaged
   */
  public static SegmentInfo read(Storage storage, String path) throws IOException {
    boolean sealed = path.endsWith(SegmentFormat.SEALED_ENDING);
    try (SegmentReader reader = SegmentReader.open(storage, path, sealed ? 8 : 0)) {
      SegmentIndex index = sealed ? SegmentIndexer.sealed(reader) : SegmentIndexer.live(reader);
      List<SegmentIndex.Entry> batches = index.batches();
      return new SegmentInfo(
          sealed,
          reader.header().store(),
          reader.header().schemaVersion(),
          reader.header().start(),
          index.end(),
          batches.isEmpty() ? OptionalLong.empty() : OptionalLong.of(batches.get(0).tickMin()),
          batches.size(),
          reader.file().size(),
          reader.keys().from(0),
          index.tail());
    }
  }

  /** Zeros behind the last message of a live segment, into which later ones are written. */
  public long roomBytes() {
    return !isSealed && tail.kind() == Tail.Kind.CLEAN ? bytes - tail.offset() : 0;
  }

  /** Committed rows. */
  public long rows() {
    return end.seq() - start.seq();
  }
}
