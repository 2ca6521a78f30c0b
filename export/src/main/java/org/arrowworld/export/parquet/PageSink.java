// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;

/** Collects the pages of one column chunk: compressed, checksummed, with their headers. */
final class PageSink {

  /** How long a page's bytes stay as they are. */
  enum Lifetime {
    /** Until the chunk is written: they need no copy. */
    CHUNK,
    /** Until the next page. */
    PAGE
  }

  /**
   * A data page's extent and contents.
   *
   * @param offset of its header from the start of the chunk
   * @param bytes of header and stored page
   * @param firstRow in the row group
   * @param nulls how many of its values are missing
   * @param bounds of its values; empty where it has none but nulls and NaNs
   */
  record Page(long offset, int bytes, int firstRow, int rows, int nulls, Optional<Bounds> bounds) {}

  /** Bytes to be written: external ones, or a range of the output that may still move. */
  private record Piece(ByteBuffer external, int start, int bytes) {}

  private final PageCompressor compressor;
  private final GrowingBuffer out;
  private final List<Piece> pieces = new ArrayList<>();
  private final List<Page> pages = new ArrayList<>();
  private final Set<Encoding> encodings = new LinkedHashSet<>();
  private final CRC32 crc = new CRC32();
  private int rows;
  private long storedBytes;
  private long plainBytes;
  private long dictionaryBytes;

  /**
   * A sink for one chunk.
   *
   * @param out receives what is not external; must be empty
   */
  PageSink(PageCompressor compressor, GrowingBuffer out) {
    this.compressor = compressor;
    this.out = out;
  }

  /** Adds the dictionary page, which must come first. */
  void dictionary(ByteBuffer body, int values) throws IOException {
    encodings.add(Encoding.PLAIN);
    PageHeader header = new PageHeader(PageType.DICTIONARY_PAGE, body.remaining(), 0);
    header.setDictionary_page_header(new DictionaryPageHeader(values, Encoding.PLAIN));
    add(header, body, Lifetime.PAGE);
    dictionaryBytes = storedBytes;
  }

  /** Adds a data page. */
  void data(ByteBuffer body, Encoding encoding, Lifetime lifetime, PageContent content)
      throws IOException {
    encodings.add(encoding);
    encodings.add(Encoding.RLE); // of the levels, even where there are none
    PageHeader header = new PageHeader(PageType.DATA_PAGE, body.remaining(), 0);
    header.setData_page_header(
        new DataPageHeader(content.rows(), encoding, Encoding.RLE, Encoding.RLE));
    long offset = storedBytes;
    add(header, body, lifetime);
    pages.add(
        new Page(
            offset,
            (int) (storedBytes - offset),
            rows,
            content.rows(),
            content.nulls(),
            content.bounds()));
    rows += content.rows();
  }

  /** What a data page holds. */
  record PageContent(int rows, int nulls, Optional<Bounds> bounds) {}

  private void add(PageHeader header, ByteBuffer body, Lifetime lifetime) throws IOException {
    int start = out.size();
    Piece piece;
    if (compressor.compresses()) {
      compressor.compress(body, out);
      piece = new Piece(null, start, out.size() - start);
    } else if (lifetime == Lifetime.CHUNK) {
      piece = new Piece(body, 0, body.remaining());
    } else {
      out.room(body.remaining()).put(body.duplicate());
      piece = new Piece(null, start, out.size() - start);
    }
    crc.reset();
    crc.update(bytes(piece));
    header.setCompressed_page_size(piece.bytes);
    header.setCrc((int) crc.getValue());
    ByteArrayOutputStream headerBytes = new ByteArrayOutputStream(64);
    Util.writePageHeader(header, headerBytes);
    pieces.add(new Piece(ByteBuffer.wrap(headerBytes.toByteArray()), 0, headerBytes.size()));
    pieces.add(piece);
    storedBytes += headerBytes.size() + piece.bytes;
    plainBytes += headerBytes.size() + header.getUncompressed_page_size();
  }

  private ByteBuffer bytes(Piece piece) {
    return piece.external != null
        ? piece.external.duplicate()
        : out.from(piece.start).limit(piece.bytes);
  }

  /** Everything to be written, in order. Valid as long as the output is not touched. */
  List<ByteBuffer> bytes() {
    return pieces.stream().map(this::bytes).toList();
  }

  List<Page> pages() {
    return pages;
  }

  List<Encoding> encodings() {
    return List.copyOf(encodings);
  }

  /** Size of the chunk in the file. */
  long storedBytes() {
    return storedBytes;
  }

  /** Size of the chunk without compression. */
  long plainBytes() {
    return plainBytes;
  }

  /** Size of the dictionary page with its header, 0 if there is none. */
  long dictionaryBytes() {
    return dictionaryBytes;
  }
}
