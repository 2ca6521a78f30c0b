// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;

/** Parquet files as parquet-java's own writer makes them, without page checksums. */
final class ForeignParquet {
  private static final Schema SCHEMA =
      SchemaBuilder.record("boat")
          .fields()
          .requiredInt("id")
          .requiredLong("serial")
          .requiredFloat("x")
          .requiredDouble("y")
          .requiredBoolean("wet")
          .requiredString("name")
          .optionalInt("gap")
          .optionalString("note")
          .name("when")
          .type(
              org.apache.avro.LogicalTypes.timestampMillis()
                  .addToSchema(Schema.create(Schema.Type.LONG)))
          .noDefault()
          .requiredBytes("raw")
          .name("list")
          .type()
          .array()
          .items()
          .intType()
          .noDefault()
          .endRecord();

  private ForeignParquet() {}

  /** Rows of every kind of column; every third has no {@code gap}, every second no {@code note}. */
  static void write(Path file, WriterVersion version, int rows) throws IOException {
    try (ParquetWriter<GenericRecord> writer =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
            .withSchema(SCHEMA)
            .withConf(new PlainParquetConfiguration())
            .withDataModel(GenericData.get())
            .withWriterVersion(version)
            .withPageWriteChecksumEnabled(false)
            .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
            .withPageSize(1 << 10)
            .withRowGroupRowCountLimit(300)
            .build()) {
      for (int i = 0; i < rows; i++) {
        GenericRecord record = new GenericData.Record(SCHEMA);
        record.put("id", i * 3);
        record.put("serial", Long.MIN_VALUE + i);
        record.put("x", i % 7 == 0 ? Float.intBitsToFloat(0x7F80_0001 + i) : -0.0f);
        record.put("y", i * 0.5);
        record.put("wet", i % 3 == 0);
        record.put("name", "boat " + i % 5);
        record.put("gap", i % 3 == 0 ? null : i);
        record.put("note", i % 2 == 0 ? null : "note \u00e9 " + i);
        record.put("when", 1000L * i);
        record.put("raw", ByteBuffer.wrap(new byte[] {1, 2}));
        record.put("list", java.util.List.of(i, i + 1));
        writer.write(record);
      }
    }
  }
}
