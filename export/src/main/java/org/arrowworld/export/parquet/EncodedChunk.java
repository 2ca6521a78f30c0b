// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.apache.parquet.format.BoundaryOrder;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnIndex;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.OffsetIndex;
import org.apache.parquet.format.PageLocation;
import org.apache.parquet.format.Statistics;
import org.arrowworld.export.internal.AtomicOutput;
import org.arrowworld.export.parquet.PageSink.Page;

/**
 * A column chunk ready to be written.
 *
 * @param column its column
 * @param sink its pages
 * @param boundOfKey the PLAIN form of a {@link Bounds} key; empty where the chunk has no statistics
 * @param memory what {@code sink} wrote to, to be used again once the chunk is written
 */
record EncodedChunk(
    ParquetColumn column,
    PageSink sink,
    Optional<LongFunction<byte[]>> boundOfKey,
    GrowingBuffer memory) {

  /** What the footer and the page index say about a written chunk. */
  record Written(ColumnChunk chunk, OffsetIndex offsets, Optional<ColumnIndex> columnIndex) {}

  /** Appends the chunk. */
  Written write(AtomicOutput file, CompressionCodec codec) throws IOException {
    long start = file.position();
    for (ByteBuffer piece : sink.bytes()) {
      file.append(piece);
    }
    ColumnMetaData meta =
        new ColumnMetaData(
            FileSchema.physical(column.type()),
            sink.encodings(),
            List.of(column.name()),
            codec,
            sink.pages().stream().mapToLong(Page::rows).sum(),
            sink.plainBytes(),
            sink.storedBytes(),
            start + sink.dictionaryBytes());
    if (sink.dictionaryBytes() > 0) {
      meta.setDictionary_page_offset(start);
    }
    meta.setStatistics(statistics());
    ColumnChunk chunk = new ColumnChunk(0);
    chunk.setMeta_data(meta);
    return new Written(chunk, offsets(start), columnIndex());
  }

  private Statistics statistics() {
    Statistics statistics = new Statistics();
    statistics.setNull_count(sink.pages().stream().mapToLong(Page::nulls).sum());
    sink.pages().stream()
        .flatMap(page -> page.bounds().stream())
        .reduce(Bounds::and)
        .ifPresent(
            bounds -> {
              if (boundOfKey.isPresent()) {
                statistics.setMin_value(boundOfKey.get().apply(bounds.least()));
                statistics.setMax_value(boundOfKey.get().apply(bounds.greatest()));
                statistics.setIs_min_value_exact(true);
                statistics.setIs_max_value_exact(true);
              }
            });
    return statistics;
  }

  private OffsetIndex offsets(long start) {
    return new OffsetIndex(
        sink.pages().stream()
            .map(page -> new PageLocation(start + page.offset(), page.bytes(), page.firstRow()))
            .toList());
  }

  /** Absent where a page has neither bounds nor only nulls: its values are all NaN. */
  private Optional<ColumnIndex> columnIndex() {
    if (boundOfKey.isEmpty()) {
      return Optional.empty();
    }
    List<Boolean> onlyNulls = new ArrayList<>();
    List<ByteBuffer> least = new ArrayList<>();
    List<ByteBuffer> greatest = new ArrayList<>();
    List<Long> nulls = new ArrayList<>();
    for (Page page : sink.pages()) {
      boolean empty = page.nulls() == page.rows();
      if (page.bounds().isEmpty() && !empty) {
        return Optional.empty();
      }
      onlyNulls.add(empty);
      nulls.add((long) page.nulls());
      least.add(bound(page.bounds().map(Bounds::least)));
      greatest.add(bound(page.bounds().map(Bounds::greatest)));
    }
    ColumnIndex index = new ColumnIndex(onlyNulls, least, greatest, order());
    index.setNull_counts(nulls);
    return Optional.of(index);
  }

  private ByteBuffer bound(Optional<Long> key) {
    return ByteBuffer.wrap(key.map(k -> boundOfKey.orElseThrow().apply(k)).orElse(new byte[0]));
  }

  private BoundaryOrder order() {
    List<Bounds> all = sink.pages().stream().flatMap(page -> page.bounds().stream()).toList();
    boolean ascending = true;
    boolean descending = true;
    for (int i = 1; i < all.size(); i++) {
      Bounds a = all.get(i - 1);
      Bounds b = all.get(i);
      ascending &= a.least() <= b.least() && a.greatest() <= b.greatest();
      descending &= a.least() >= b.least() && a.greatest() >= b.greatest();
    }
    if (ascending) {
      return BoundaryOrder.ASCENDING;
    }
    return descending ? BoundaryOrder.DESCENDING : BoundaryOrder.UNORDERED;
  }
}
