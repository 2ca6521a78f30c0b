// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/**
 * The pages of a column chunk, one in memory at a time besides the dictionary. Checksums are
 * verified where a page has one.
 */
final class ChunkPages implements PageReader, PageReadStore {
  /** What parquet-java and a {@link ParquetCursor} keep of a word of a dictionary. */
  private static final long WORD_BYTES = 64;

  private final ParquetInput input;
  private final InputColumn column;
  private final ColumnMetaData meta;
  private final long end;
  private long at;
  private long valuesLeft;
  private PageHeader peeked;
  private long claimedByDictionary;
  private long claimedByPage;
  private boolean indices;

  ChunkPages(ParquetInput input, InputColumn column, ColumnMetaData meta) {
    this.input = input;
    this.column = column;
    this.meta = meta;
    this.at = start(meta);
    this.end = at + meta.getTotal_compressed_size();
    this.valuesLeft = meta.getNum_values();
  }

  private static boolean isBytes(Type type) {
    return type == Type.BYTE_ARRAY || type == Type.FIXED_LEN_BYTE_ARRAY || type == Type.INT96;
  }

  /** Where a chunk's first page begins. */
  static long start(ColumnMetaData meta) {
    long data = meta.getData_page_offset();
    long dictionary = meta.isSetDictionary_page_offset() ? meta.getDictionary_page_offset() : 0;
    return dictionary > 0 && dictionary < data ? dictionary : data;
  }

  @Override
  public PageReader getPageReader(ColumnDescriptor descriptor) {
    return this;
  }

  @Override
  public long getRowCount() {
    return meta.getNum_values();
  }

  @Override
  public long getTotalValueCount() {
    return meta.getNum_values();
  }

  @Override
  public DictionaryPage readDictionaryPage() {
    return unchecked(
        () -> {
          PageHeader header = next();
          if (header.getType() != PageType.DICTIONARY_PAGE) {
            peeked = header;
            return null;
          }
          byte[] bytes = body(header);
          int values = header.getDictionary_page_header().getNum_values();
          int least =
              switch (meta.getType()) {
                case INT64, DOUBLE -> 8;
                case INT96 -> 12;
                case FIXED_LEN_BYTE_ARRAY -> column.descriptor().getPrimitiveType().getTypeLength();
                default -> 4;
              };
          require(
              values >= 0 && (long) values * least <= bytes.length,
              () -> Text.of("a dictionary of %d values in %d bytes", values, bytes.length));
          claim(values * (isBytes(meta.getType()) ? WORD_BYTES : Long.BYTES));
          claimedByDictionary = claimedByPage;
          claimedByPage = 0;
          return new DictionaryPage(BytesInput.from(bytes), values, Encoding.PLAIN);
        });
  }

  @Override
  public DataPage readPage() {
    return unchecked(
        () -> {
          input.release(claimedByPage);
          claimedByPage = 0;
          PageHeader header = peeked == null ? next() : peeked;
          peeked = null;
          while (values(header) == 0) { // an index page, or an empty one
            at += header.getCompressed_page_size();
            header = next();
          }
          int values = values(header);
          require(
              values > 0 && values <= valuesLeft,
              () -> Text.of("a page of %d values, %d are left", values, valuesLeft));
          valuesLeft -= values;
          return header.getType() == PageType.DATA_PAGE_V2
              ? second(header, values)
              : first(header, values);
        });
  }

  /** Whether the values of the page are indices of the dictionary. */
  boolean indices() {
    return indices;
  }

  private static int values(PageHeader header) {
    return switch (header.getType()) {
      case DATA_PAGE -> header.getData_page_header().getNum_values();
      case DATA_PAGE_V2 -> header.getData_page_header_v2().getNum_values();
      case INDEX_PAGE -> 0;
      case DICTIONARY_PAGE ->
          throw new IllegalArgumentException("a column chunk has a second dictionary");
    };
  }

  private boolean optional() {
    return column.descriptor().getMaxDefinitionLevel() > 0;
  }

  private DataPage first(PageHeader header, int values) throws IOException {
    byte[] bytes = body(header);
    var details = header.getData_page_header();
    Encoding encoding = Encoding.valueOf(details.getEncoding().name());
    ByteBuffer page = ByteBuffer.wrap(bytes);
    if (optional()) {
      Encoding levels = Encoding.valueOf(details.getDefinition_level_encoding().name());
      require(
          levels == Encoding.RLE,
          () -> Text.of("levels as %s, which nobody writes any more", levels));
      require(page.remaining() >= 4, () -> "a page without levels");
      int length = Integer.reverseBytes(page.getInt());
      require(
          length >= 0 && length <= page.remaining(), () -> Text.of("levels of %d bytes", length));
      claim(PageGuard.runs(page.slice(page.position(), length), 1, values, values));
      page.position(page.position() + length);
    }
    check(encoding, page, values);
    return new DataPageV1(
        BytesInput.from(bytes), values, bytes.length, null, Encoding.RLE, Encoding.RLE, encoding);
  }

  private DataPage second(PageHeader header, int values) throws IOException {
    DataPageHeaderV2 details = header.getData_page_header_v2();
    int repetition = details.getRepetition_levels_byte_length();
    int definition = details.getDefinition_levels_byte_length();
    int stored = header.getCompressed_page_size();
    int plain = header.getUncompressed_page_size();
    boolean fits =
        repetition >= 0
            && definition >= 0
            && (long) repetition + definition <= Math.min(stored, plain);
    require(
        fits,
        () -> Text.of("levels of %d and %d bytes in a page of %d", repetition, definition, stored));
    byte[] bytes = stored(header);
    byte[] levels = java.util.Arrays.copyOfRange(bytes, repetition, repetition + definition);
    byte[] data = java.util.Arrays.copyOfRange(bytes, repetition + definition, bytes.length);
    if (!details.isSetIs_compressed() || details.isIs_compressed()) {
      int size = plain - repetition - definition;
      data =
          size == 0
              ? new byte[0]
              : PageDecompressor.decompress(input.path(), meta.getCodec(), data, size);
    }
    if (optional()) {
      claim(PageGuard.runs(ByteBuffer.wrap(levels), 1, values, values));
    }
    Encoding encoding = Encoding.valueOf(details.getEncoding().name());
    check(encoding, ByteBuffer.wrap(data), values);
    return DataPageV2.uncompressed(
        values,
        details.getNum_nulls(),
        values,
        BytesInput.empty(),
        BytesInput.from(levels),
        encoding,
        BytesInput.from(data),
        null);
  }

  private void check(Encoding encoding, ByteBuffer data, int values) throws IOException {
    claim(PageGuard.values(encoding, data, values, optional() ? 0 : values));
    indices = encoding.usesDictionary();
  }

  /** Claims memory until the page is read. */
  private void claim(long bytes) throws IOException {
    input.claim(bytes);
    claimedByPage += bytes;
  }

  /** Reads a page header; its body begins at {@code at} then. */
  private PageHeader next() throws IOException {
    require(
        at < end,
        () -> Text.of("its pages end before its values, %d of which are left", valuesLeft));
    PositionedStream stream = new PositionedStream(input, at, end);
    PageHeader header = Util.readPageHeader(stream);
    at = stream.position();
    int stored = header.getCompressed_page_size();
    require(
        stored >= 0 && stored <= end - at,
        () -> Text.of("a page of %d bytes, %d are left", stored, end - at));
    require(
        header.getUncompressed_page_size() >= 0,
        () -> Text.of("a page of %d bytes", header.getUncompressed_page_size()));
    boolean described =
        switch (header.getType()) {
          case DATA_PAGE -> header.isSetData_page_header();
          case DATA_PAGE_V2 -> header.isSetData_page_header_v2();
          case DICTIONARY_PAGE -> header.isSetDictionary_page_header();
          case INDEX_PAGE -> true;
        };
    require(described, () -> "a page that does not say what it holds");
    return header;
  }

  /** The bytes of a page as stored, its checksum verified. */
  private byte[] stored(PageHeader header) throws IOException {
    int stored = header.getCompressed_page_size();
    long bytesOfPage = (long) stored + header.getUncompressed_page_size();
    claim(bytesOfPage);
    input.decode(bytesOfPage);
    byte[] bytes = new byte[stored];
    input.read(ByteBuffer.wrap(bytes), at);
    if (header.isSetCrc()) {
      CRC32 crc = new CRC32();
      crc.update(bytes);
      if ((int) crc.getValue() != header.getCrc()) {
        throw new DamagedFileException(
            input.path(),
            at,
            Text.of(
                "a page of column '%s' has CRC-32 %08x, expected %08x",
                column.name(), crc.getValue(), header.getCrc()));
      }
    }
    at += stored;
    return bytes;
  }

  private byte[] body(PageHeader header) throws IOException {
    byte[] bytes = stored(header);
    int size = header.getUncompressed_page_size();
    return PageDecompressor.decompress(input.path(), meta.getCodec(), bytes, size);
  }

  private void require(boolean condition, Supplier<String> finding) throws IOException {
    if (!condition) {
      throw new DamagedFileException(
          input.path(), at, Text.of("column '%s' has %s", column.name(), finding.get()));
    }
  }

  private static <T> T unchecked(Decoding.Read<T> read) {
    try {
      return read.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives back what its pages took. */
  @Override
  public void close() {
    input.release(claimedByDictionary + claimedByPage);
    claimedByDictionary = 0;
    claimedByPage = 0;
  }

  /** Part of a file as a stream that tells where it stands. */
  private static final class PositionedStream extends InputStream {
    private static final int BUFFER_BYTES = 512;

    private final ParquetInput input;
    private final long end;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private long read;

    PositionedStream(ParquetInput input, long start, long end) {
      this.input = input;
      this.read = start;
      this.end = end;
    }

    long position() {
      return read - buffer.remaining();
    }

    @Override
    public int read() {
      return fill() ? buffer.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int from, int count) {
      if (count == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      int taken = Math.min(count, buffer.remaining());
      buffer.get(target, from, taken);
      return taken;
    }

    private boolean fill() {
      if (!buffer.hasRemaining() && read < end) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), end - read));
        input.read(buffer, read);
        buffer.flip();
        read += buffer.limit();
      }
      return buffer.hasRemaining();
    }
  }
}
