// SPDX-License-Identifier: Apache-2.0
import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.arrowworld.Store;
import org.arrowworld.export.rows.IntegerCells;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.RowBatch;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.export.rows.TableSource;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.DiskStorage;

/**
 * AvroParquetWriter on the rows of parquet.py: {@code DIR table|log none|zstd ROWS RUNS LEVEL}. The
 * time includes making the records, as for anyone who has columns.
 */
public final class AvroParquetBench {
  private AvroParquetBench() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    try (Store history = Store.open(new DiskStorage(folder.resolve("store")))) {
      RowSource source =
          args[1].equals("log")
              ? LogSource.of(
                  history.info(), history.log(), new LogSource.Span(0, history.lastTick()))
              : new TableSource(ParquetBench.table(Integer.parseInt(args[3])), c -> null, Map.of());
      for (int run = 0; run < Integer.parseInt(args[4]); run++) {
        Path file = folder.resolve("avro.parquet");
        Files.deleteIfExists(file);
        long start = System.nanoTime();
        write(source, file, args[2].equals("zstd"), Integer.parseInt(args[5]));
        System.out.printf(Locale.ROOT, "{\"seconds\":%.4f}\n", (System.nanoTime() - start) / 1e9);
      }
    }
  }

  private static Schema schema(List<RowColumn> columns) {
    SchemaBuilder.FieldAssembler<Schema> fields = SchemaBuilder.record("row").fields();
    for (RowColumn column : columns) {
      fields =
          switch (column.type()) {
            case U8, I8, U16, I16, I32 -> fields.requiredInt(column.name());
            case U32, U64, I64 -> fields.requiredLong(column.name());
            case F32 -> fields.requiredFloat(column.name());
            case F64 -> fields.requiredDouble(column.name());
            case BOOL -> fields.requiredBoolean(column.name());
            case STRING -> fields.requiredString(column.name());
          };
    }
    return fields.endRecord();
  }

  private static void write(RowSource source, Path file, boolean zstd, int level)
      throws IOException {
    List<RowColumn> columns = source.columns();
    Schema schema = schema(columns);
    try (ParquetWriter<GenericRecord> writer =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
            .withSchema(schema)
            .withConf(new PlainParquetConfiguration())
            .withDataModel(GenericData.get())
            .withRowGroupRowCountLimit(RowBatch.ROWS)
            .withCodecFactory(new Codecs(level))
            .withCompressionCodec(
                zstd ? CompressionCodecName.ZSTD : CompressionCodecName.UNCOMPRESSED)
            .build()) {
      GenericRecord record = new GenericData.Record(schema);
      String[] words = new String[1 << 16];
      source.scan(
          batch -> {
            for (int row = 0; row < batch.rows(); row++) {
              for (int i = 0; i < columns.size(); i++) {
                record.put(i, value(source, batch, columns.get(i).type(), i, row, words));
              }
              writer.write(record);
            }
          });
    }
  }

  private static Object value(
      RowSource source, RowBatch batch, ColumnType type, int column, int row, String[] words) {
    ByteBuffer bytes = batch.bytes(column).order(ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case F32 -> bytes.getFloat(4 * row);
      case F64 -> bytes.getDouble(8 * row);
      case BOOL -> bytes.get(row) == 1;
      case STRING -> {
        int code = bytes.getInt(4 * row);
        if (words[code] == null) {
          words[code] = new String(source.utf8(column, code), StandardCharsets.UTF_8);
        }
        yield words[code];
      }
      case U32, U64, I64 -> IntegerCells.integer(type, bytes, row);
      default -> (int) IntegerCells.integer(type, bytes, row);
    };
  }

  /** zstd without Hadoop's codecs. */
  private record Codecs(int level) implements CompressionCodecFactory {
    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
      return new BytesInputCompressor() {
        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
          return codec == CompressionCodecName.UNCOMPRESSED
              ? bytes
              : BytesInput.from(Zstd.compress(bytes.toByteArray(), level));
        }

        @Override
        public CompressionCodecName getCodecName() {
          return codec;
        }

        @Override
        public void release() {}
      };
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void release() {}
  }
}
