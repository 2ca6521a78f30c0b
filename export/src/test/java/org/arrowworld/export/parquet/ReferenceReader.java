// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;

/** parquet-java's own low-level reader, checksums verified: values as they are stored. */
final class ReferenceReader {
  private ReferenceReader() {}

  static ParquetFileReader open(Path file) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .usePageChecksumVerification(true)
            .withCodecFactory(new Codecs())
            .build();
    return ParquetFileReader.open(new LocalInputFile(file), options);
  }

  /** Row groups and rows that parquet-java reads for a filter, and those there are. */
  record Read(int groups, long rows, int allGroups, long allRows) {}

  /** What statistics and page index leave of a file. */
  static Read filtered(Path file, FilterPredicate predicate) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withRecordFilter(FilterCompat.get(predicate))
            .withCodecFactory(new Codecs())
            .build();
    try (ParquetFileReader all = open(file);
        ParquetFileReader some = ParquetFileReader.open(new LocalInputFile(file), options)) {
      return new Read(
          some.getRowGroups().size(),
          some.getFilteredRecordCount(),
          all.getRowGroups().size(),
          all.getRecordCount());
    }
  }

  static ParquetMetadata footer(Path file) throws IOException {
    try (ParquetFileReader reader = open(file)) {
      return reader.getFooter();
    }
  }

  /** All values by column: Integer, Long, raw bits of floats, Boolean, String, or null. */
  static Map<String, List<Object>> read(Path file) throws IOException {
    Map<String, List<Object>> columns = new LinkedHashMap<>();
    try (ParquetFileReader reader = open(file)) {
      MessageType schema = reader.getFileMetaData().getSchema();
      String writer = reader.getFileMetaData().getCreatedBy();
      for (PageReadStore group = reader.readNextRowGroup();
          group != null;
          group = reader.readNextRowGroup()) {
        var store = new ColumnReadStoreImpl(group, new NoConverter(), schema, writer);
        for (ColumnDescriptor column : schema.getColumns()) {
          List<Object> values =
              columns.computeIfAbsent(column.getPath()[0], c -> new ArrayList<>());
          ColumnReader in = store.getColumnReader(column);
          for (long row = 0; row < group.getRowCount(); row++, in.consume()) {
            boolean present = in.getCurrentDefinitionLevel() == column.getMaxDefinitionLevel();
            values.add(present ? value(column, in) : null);
          }
        }
      }
    }
    return columns;
  }

  private static Object value(ColumnDescriptor column, ColumnReader in) {
    return switch (column.getPrimitiveType().getPrimitiveTypeName()) {
      case INT32 -> in.getInteger();
      case INT64 -> in.getLong();
      case FLOAT -> Float.floatToRawIntBits(in.getFloat());
      case DOUBLE -> Double.doubleToRawLongBits(in.getDouble());
      case BOOLEAN -> in.getBoolean();
      default -> in.getBinary().toStringUsingUTF8();
    };
  }

  private static final class NoConverter extends GroupConverter {
    @Override
    public Converter getConverter(int field) {
      return new PrimitiveConverter() {
        @Override
        public void addBinary(Binary value) {}
      };
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }

  private static final class Codecs implements CompressionCodecFactory {
    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
      throw new UnsupportedOperationException();
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
      return new BytesInputDecompressor() {
        @Override
        public BytesInput decompress(BytesInput bytes, int size) throws IOException {
          return codec == CompressionCodecName.UNCOMPRESSED
              ? bytes
              : BytesInput.from(Zstd.decompress(copy(bytes), size));
        }

        private byte[] copy(BytesInput bytes) throws IOException {
          ByteArrayOutputStream copy = new ByteArrayOutputStream();
          bytes.writeAllTo(copy);
          return copy.toByteArray();
        }

        @Override
        public void decompress(ByteBuffer input, int stored, ByteBuffer output, int size) {
          byte[] bytes = new byte[stored];
          input.get(bytes);
          output.put(Zstd.decompress(bytes, size));
        }

        @Override
        public void release() {}
      };
    }

    @Override
    public void release() {}
  }
}
