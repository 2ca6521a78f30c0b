// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.apache.parquet.format.Encoding;
import org.arrowworld.export.parquet.PageSink.Lifetime;
import org.arrowworld.export.parquet.PageSink.PageContent;
import org.arrowworld.export.parquet.ParquetColumn.Preference;
import org.arrowworld.schema.ColumnType;

/** Encodes column chunks; owns the memory that takes. One thread at a time. */
final class ChunkEncoder implements AutoCloseable {
  /** Rows of every page but a chunk's last, where pages are not as long as the chunk. */
  static final int PAGE_ROWS = 20_480;

  /** Deltas that take less than this part of the values are small enough. */
  private static final int SMALL_DELTAS = 16;

  /** fastparquet (2026.9) decodes wider deltas to other numbers, pyarrow's files not excepted. */
  private static final int COMPAT_DELTA_BITS = 28;

  /** Larger dictionaries are not made where they do not pay. */
  private static final long COMPAT_DICTIONARY_BYTES = 1 << 26;

  /**
   * Values of a column in one row group.
   *
   * @param bytes little-endian values, of strings their codes; unchanged until the chunk is written
   * @param nulls the rows without a value, in an optional column
   * @param wordOfCode the UTF-8 of a string's code
   */
  record Values(ByteBuffer bytes, int rows, BitSet nulls, IntFunction<byte[]> wordOfCode) {}

  private final PageCompressor compressor;
  private final ParquetProfile profile;
  private final GrowingBuffer work = new GrowingBuffer();
  private final NumberDictionary numbers = new NumberDictionary();
  private final WordDictionary words = new WordDictionary();
  private final DenseValues dense = new DenseValues();
  private int[] indices = new int[0];

  /** Rows {@code [first, end)}, the values {@code [from, to)} of those that have one. */
  private record Page(int first, int end, int from, int to, Optional<Bounds> bounds) {
    PageContent content() {
      return new PageContent(end - first, end - first - (to - from), bounds);
    }

    /** Whether no two values are further apart than half of what a number of bits can say. */
    boolean spansLess(int bits) {
      long span = bounds.map(b -> b.greatest() - b.least()).orElse(0L);
      return span >= 0 && span < 1L << (bits - 1);
    }
  }

  ChunkEncoder(ParquetOptions options) {
    compressor = new PageCompressor(options.compression());
    profile = options.profile();
  }

  /**
   * Encodes a chunk.
   *
   * @param out takes what needs memory until the chunk is written
   */
  EncodedChunk encode(ParquetColumn column, Values values, GrowingBuffer out) throws IOException {
    out.clear();
    PageSink sink = new PageSink(compressor, out);
    indices = indices.length < values.rows() ? new int[values.rows()] : indices;
    if (column.type() == ColumnType.STRING) {
      return strings(column, values, sink, out);
    }
    dense.set(column.type(), values);
    List<Page> pages = pages(column.type(), values.rows(), PAGE_ROWS);
    Encoding encoding = choose(column, pages);
    if (profile == ParquetProfile.COMPACT && compressor.compresses()) {
      if (encoding == Encoding.DELTA_BINARY_PACKED && repeats(column)) {
        encoding = Encoding.PLAIN;
        pages = pages(column.type(), values.rows(), values.rows());
      } else if (encoding == Encoding.BYTE_STREAM_SPLIT) {
        pages = pages(column.type(), values.rows(), values.rows());
      }
    }
    if (encoding == Encoding.RLE_DICTIONARY) {
      PlainPages.dictionary(column, numbers, cleared());
      sink.dictionary(work.from(0), numbers.size());
    }
    boolean optional = column.nulls() == ParquetColumn.Nulls.OPTIONAL;
    for (Page page : pages) {
      int from = page.from();
      int to = page.to();
      cleared();
      if (optional) {
        IndexPages.levels(values.nulls(), page.first(), page.end(), work);
      }
      int width = column.type().widthBytes();
      boolean asItLies = encoding == Encoding.PLAIN && column.plainBytes() == width;
      if (asItLies && !optional) {
        ByteBuffer slice = dense.bytes().slice(from * width, (to - from) * width);
        sink.data(slice, encoding, Lifetime.CHUNK, page.content());
        continue;
      }
      switch (encoding) {
        case RLE_DICTIONARY -> IndexPages.indices(indices, from, to, numbers.size(), work);
        case DELTA_BINARY_PACKED -> IndexPages.delta(column, dense.bytes(), from, to, work);
        case BYTE_STREAM_SPLIT -> PlainPages.split(width, dense.bytes(), from, to, work);
        default -> {
          if (asItLies) {
            work.room((to - from) * width)
                .put(dense.bytes().slice(from * width, (to - from) * width));
          } else {
            PlainPages.narrow(column.type(), dense.bytes(), from, to, work);
          }
        }
      }
      sink.data(work.from(0), encoding, Lifetime.PAGE, page.content());
    }
    return new EncodedChunk(
        column, sink, Optional.of(key -> Bounds.plain(column.type(), key)), out);
  }

  private List<Page> pages(ColumnType type, int rows, int pageRows) {
    List<Page> pages = new ArrayList<>();
    for (int first = 0; first < rows; first += pageRows) {
      int end = Math.min(rows, first + pageRows);
      int from = dense.before(first);
      int to = dense.before(end);
      pages.add(new Page(first, end, from, to, Bounds.of(type, dense.bytes(), from, to)));
    }
    return pages;
  }

  /**
   * Whether whole runs of values come again, as the ids of a log do column by column: then one long
   * page compresses better than deltas, which are not aligned to bytes.
   */
  private boolean repeats(ParquetColumn column) throws IOException {
    int width = column.type().widthBytes();
    long plain = (long) dense.count() * width;
    long delta = IndexPages.estimateDelta(dense.bytes(), width, dense.count());
    if (width != column.plainBytes() || delta < plain / SMALL_DELTAS) {
      return false;
    }
    compressor.compress(dense.bytes().slice(0, (int) plain), cleared());
    return work.size() < delta / 2;
  }

  private GrowingBuffer cleared() {
    work.clear();
    return work;
  }

  /** The smallest encoding by a sample; leaves the dictionary built if it is that. */
  private Encoding choose(ParquetColumn column, List<Page> pages) {
    ColumnType type = column.type();
    ByteBuffer bytes = dense.bytes();
    int rows = dense.count();
    if (type == ColumnType.BOOL || column.preference() == Preference.PLAIN) {
      return Encoding.PLAIN;
    }
    if (column.preference() == Preference.DELTA && deltasAreRead(type, pages)) {
      return Encoding.DELTA_BINARY_PACKED;
    }
    long plain = (long) rows * column.plainBytes();
    long best = plain;
    boolean splits = profile == ParquetProfile.COMPACT && type.isFloat();
    Encoding encoding = splits ? Encoding.BYTE_STREAM_SPLIT : Encoding.PLAIN;
    if (type.isInteger() && type.widthBytes() >= 4) {
      long delta = IndexPages.estimateDelta(bytes, type.widthBytes(), rows);
      if (delta < plain * 3 / 4 && deltasAreRead(type, pages)) {
        best = delta;
        encoding = Encoding.DELTA_BINARY_PACKED;
      }
    }
    if (numbers.build(bytes, type.widthBytes(), rows, indices)) {
      long dictionary =
          (long) numbers.size() * column.plainBytes()
              + (long) rows * IndexPages.bitWidth(numbers.size()) / 8;
      if (dictionary < best) {
        encoding = Encoding.RLE_DICTIONARY;
      }
    }
    return encoding;
  }

  /** Whether all readers that the profile is for read the deltas of the chunk's pages right. */
  private boolean deltasAreRead(ColumnType type, List<Page> pages) {
    return profile == ParquetProfile.COMPACT
        || pages.stream().allMatch(p -> p.spansLess(COMPAT_DELTA_BITS) || deltasAreNarrow(type, p));
  }

  private boolean deltasAreNarrow(ColumnType type, Page page) {
    int widest = IndexPages.widestDelta(dense.bytes(), type.widthBytes(), page.from(), page.to());
    return widest <= COMPAT_DELTA_BITS;
  }

  private EncodedChunk strings(
      ParquetColumn column, Values values, PageSink sink, GrowingBuffer out) throws IOException {
    words.build(values.bytes(), values.rows(), values.wordOfCode(), indices);
    boolean optional = column.nulls() == ParquetColumn.Nulls.OPTIONAL;
    boolean dictionary = choosesDictionary(values.rows(), optional);
    if (dictionary) {
      PlainPages.words(words, cleared());
      sink.dictionary(work.from(0), words.size());
    }
    for (int from = 0; from < values.rows(); from += PAGE_ROWS) {
      int to = Math.min(values.rows(), from + PAGE_ROWS);
      PageContent content = wordContent(from, to);
      cleared();
      int end = to;
      if (optional) {
        IndexPages.levels(indices, from, to, work);
        end = from + withoutNulls(from, to);
      }
      if (dictionary) {
        IndexPages.indices(indices, from, end, words.size(), work);
      } else {
        PlainPages.words(words, indices, from, end, work);
      }
      Encoding encoding = dictionary ? Encoding.RLE_DICTIONARY : Encoding.PLAIN;
      sink.data(work.from(0), encoding, Lifetime.PAGE, content);
    }
    byte[][] byRank = words.byRank();
    return new EncodedChunk(
        column,
        sink,
        words.allShort() ? Optional.of(rank -> byRank[(int) rank]) : Optional.empty(),
        out);
  }

  /**
   * Whether a dictionary is smaller, or, in {@code compat}, the column is optional: of those
   * fastparquet (2026.9) loses the words if only some chunks have a dictionary.
   */
  private boolean choosesDictionary(int rows, boolean optional) {
    long distinct = 0;
    for (int i = 0; i < words.size(); i++) {
      distinct += 4 + words.word(i).length;
    }
    if (optional && profile == ParquetProfile.COMPAT && distinct <= COMPAT_DICTIONARY_BYTES) {
      return true;
    }
    long all = 0;
    long present = 0;
    for (int row = 0; row < rows; row++) {
      if (indices[row] >= 0) {
        all += 4 + words.word(indices[row]).length;
        present++;
      }
    }
    return distinct + present * IndexPages.bitWidth(words.size()) / 8 <= all;
  }

  private PageContent wordContent(int from, int to) {
    int nulls = 0;
    int least = Integer.MAX_VALUE;
    int greatest = -1;
    for (int row = from; row < to; row++) {
      if (indices[row] < 0) {
        nulls++;
      } else {
        int rank = words.rank(indices[row]);
        least = Math.min(least, rank);
        greatest = Math.max(greatest, rank);
      }
    }
    return new PageContent(
        to - from,
        nulls,
        greatest < 0 ? Optional.empty() : Optional.of(new Bounds(least, greatest)));
  }

  /** Moves the indices of a page's words together, returns their number. */
  private int withoutNulls(int from, int to) {
    int at = from;
    for (int row = from; row < to; row++) {
      if (indices[row] >= 0) {
        indices[at++] = indices[row];
      }
    }
    Arrays.fill(indices, at, to, ParquetColumn.NULL_CODE);
    return at - from;
  }

  @Override
  public void close() {
    compressor.close();
  }
}
