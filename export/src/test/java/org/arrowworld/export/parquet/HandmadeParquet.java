// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/** Files of one column {@code a}, whose pages' bytes are given; zstd, so that zeros are nothing. */
public final class HandmadeParquet {
  private final Type type;
  private final FieldRepetitionType repetition;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ConvertedType converted;
  private String writer = "by hand";
  private long dictionary;
  private long data;
  private int rows;

  private HandmadeParquet(Type type, ConvertedType converted, FieldRepetitionType repetition) {
    this.type = type;
    this.converted = converted;
    this.repetition = repetition;
    out.writeBytes("PAR1".getBytes(StandardCharsets.US_ASCII));
  }

  /** A required column of texts. */
  public static HandmadeParquet texts() {
    return new HandmadeParquet(Type.BYTE_ARRAY, ConvertedType.UTF8, FieldRepetitionType.REQUIRED);
  }

  /** A required column of u8. */
  public static HandmadeParquet bytes() {
    return new HandmadeParquet(Type.INT32, ConvertedType.UINT_8, FieldRepetitionType.REQUIRED);
  }

  /** A column of i32 that may be null. */
  public static HandmadeParquet optional() {
    return new HandmadeParquet(Type.INT32, ConvertedType.INT_32, FieldRepetitionType.OPTIONAL);
  }

  /** Who wrote it. */
  public HandmadeParquet by(String name) {
    writer = name;
    return this;
  }

  /** Adds the dictionary page. */
  public HandmadeParquet dictionary(int values, byte[] body) throws IOException {
    dictionary = out.size();
    PageHeader header = new PageHeader(PageType.DICTIONARY_PAGE, body.length, 0);
    header.setDictionary_page_header(new DictionaryPageHeader(values, Encoding.PLAIN));
    return page(header, body);
  }

  /** Adds a data page. */
  public HandmadeParquet page(Encoding encoding, int values, byte[] body) throws IOException {
    data = data == 0 ? out.size() : data;
    rows += values;
    PageHeader header = new PageHeader(PageType.DATA_PAGE, body.length, 0);
    header.setData_page_header(new DataPageHeader(values, encoding, Encoding.RLE, Encoding.RLE));
    return page(header, body);
  }

  private HandmadeParquet page(PageHeader header, byte[] body) throws IOException {
    byte[] stored = Zstd.compress(body);
    header.setCompressed_page_size(stored.length);
    Util.writePageHeader(header, out);
    out.writeBytes(stored);
    return this;
  }

  /** The whole file. */
  public byte[] file() throws IOException {
    return file(1);
  }

  /** The whole file, with as many row groups that are all the same pages. */
  public byte[] file(int groups) throws IOException {
    ColumnMetaData meta =
        new ColumnMetaData(
            type,
            List.of(Encoding.RLE),
            List.of("a"),
            CompressionCodec.ZSTD,
            rows,
            out.size(),
            out.size() - 4L,
            data);
    if (dictionary > 0) {
      meta.setDictionary_page_offset(dictionary);
    }
    ColumnChunk chunk = new ColumnChunk(0);
    chunk.setMeta_data(meta);
    List<RowGroup> all = new ArrayList<>();
    for (int i = 0; i < groups; i++) {
      all.add(new RowGroup(List.of(chunk), out.size(), rows));
    }
    SchemaElement root = new SchemaElement("schema");
    root.setNum_children(1);
    SchemaElement column = new SchemaElement("a");
    column.setType(type);
    column.setConverted_type(converted);
    column.setRepetition_type(repetition);
    FileMetaData footer = new FileMetaData(1, List.of(root, column), (long) rows * groups, all);
    footer.setCreated_by(writer);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(out.toByteArray());
    Util.writeFileMetaData(footer, whole);
    int length = whole.size() - out.size();
    whole.writeBytes(little(length));
    whole.writeBytes("PAR1".getBytes(StandardCharsets.US_ASCII));
    return whole.toByteArray();
  }

  /** Four bytes of a number. */
  public static byte[] little(int number) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array();
  }

  /** A word of a dictionary or a PLAIN page: its length and as many letters. */
  public static byte[] word(int letters) {
    return join(little(letters), "x".repeat(letters).getBytes(StandardCharsets.US_ASCII));
  }

  /** An unsigned number, 7 bits a byte. */
  public static byte[] varint(int number) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int rest = number;
    while (rest >>> 7 != 0) {
      bytes.write((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    bytes.write(rest);
    return bytes.toByteArray();
  }

  /** Deltas of no bits: every value is the first one. */
  public static byte[] deltas(int block, int values, int first) {
    byte[] blocks = new byte[2 * ((values + block - 2) / block)]; // least delta 0, width 0
    return join(varint(block), varint(1), varint(values), varint(2 * first), blocks);
  }

  /** Pieces after one another. */
  public static byte[] join(byte[]... pieces) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] piece : pieces) {
      bytes.writeBytes(piece);
    }
    return bytes.toByteArray();
  }
}
