// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.DictionaryEncoding;
import org.apache.arrow.flatbuf.DictionaryKind;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;

/**
 * Builds IPC metadata.
 *
 * @see <a href="https://github.com/apache/arrow/tree/main/format">Message.fbs, Schema.fbs,
 *     File.fbs</a>
 */
public final class IpcEncoder {
  /** The value of a checksum whose digits are filled in later. */
  public static final String OPEN_CRC = "00000000";

  /** Name of the checksum in a record batch's metadata. */
  public static final String BATCH_CRC = "aw.crc";

  /** Name of the checksum in a footer's metadata. */
  public static final String FOOTER_CRC = "aw.footer_crc";

  private IpcEncoder() {}

  /** A finished flatbuffer, and where the digits of its open checksum are (-1: it has none). */
  public record Metadata(ByteBuffer bytes, int crcAt) {}

  /** A block of a file's footer. */
  public record FileBlock(long offset, int metadataBytes, long bodyBytes) {
    /** The byte after the message. */
    public long end() {
      return offset + metadataBytes + bodyBytes;
    }
  }

  public static Metadata schemaMessage(List<IpcField> fields, Map<String, String> metadata) {
    FlatBufferBuilder b = new FlatBufferBuilder(1024);
    int schema = schema(b, fields, metadata);
    b.finish(message(b, MessageHeader.Schema, schema, 0, 0));
    return finished(b, 0);
  }

  /** A record batch; of the custom metadata, {@link #BATCH_CRC} is left open if it is asked for. */
  public static Metadata recordBatchMessage(BodyLayout layout, Map<String, String> metadata) {
    FlatBufferBuilder b = new FlatBufferBuilder(1024);
    Pairs pairs = pairs(b, metadata);
    int batch = recordBatch(b, layout);
    b.finish(message(b, MessageHeader.RecordBatch, batch, layout.lengthBytes(), pairs.vector));
    return finished(b, pairs.openCrc);
  }

  /** A dictionary batch that replaces what the dictionary held. */
  public static Metadata dictionaryMessage(long id, BodyLayout layout) {
    FlatBufferBuilder b = new FlatBufferBuilder(256);
    int batch = recordBatch(b, layout);
    int dictionary = DictionaryBatch.createDictionaryBatch(b, id, batch, false);
    b.finish(message(b, MessageHeader.DictionaryBatch, dictionary, layout.lengthBytes(), 0));
    return finished(b, 0);
  }

  /** A file footer; {@link #FOOTER_CRC} is left open. */
  public static Metadata footer(
      List<IpcField> fields,
      Map<String, String> schemaMetadata,
      List<FileBlock> dictionaries,
      List<FileBlock> batches,
      Map<String, String> footerMetadata) {
    FlatBufferBuilder b = new FlatBufferBuilder(4096);
    Pairs pairs = pairs(b, footerMetadata);
    int schema = schema(b, fields, schemaMetadata);
    Footer.startDictionariesVector(b, dictionaries.size());
    int dictionaryBlocks = blocks(b, dictionaries);
    Footer.startRecordBatchesVector(b, batches.size());
    int batchBlocks = blocks(b, batches);
    Footer.startFooter(b);
    Footer.addVersion(b, MetadataVersion.V5);
    Footer.addSchema(b, schema);
    Footer.addDictionaries(b, dictionaryBlocks);
    Footer.addRecordBatches(b, batchBlocks);
    Footer.addCustomMetadata(b, pairs.vector);
    b.finish(Footer.endFooter(b));
    return finished(b, pairs.openCrc);
  }

  private static int blocks(FlatBufferBuilder b, List<FileBlock> blocks) {
    for (int i = blocks.size() - 1; i >= 0; i--) {
      FileBlock block = blocks.get(i);
      Block.createBlock(b, block.offset(), block.metadataBytes(), block.bodyBytes());
    }
    return b.endVector();
  }

  private static int message(FlatBufferBuilder b, byte type, int header, long body, int pairs) {
    Message.startMessage(b);
    Message.addVersion(b, MetadataVersion.V5);
    Message.addHeaderType(b, type);
    Message.addHeader(b, header);
    Message.addBodyLength(b, body);
    if (pairs != 0) {
      Message.addCustomMetadata(b, pairs);
    }
    return Message.endMessage(b);
  }

  private static int recordBatch(FlatBufferBuilder b, BodyLayout layout) {
    RecordBatch.startNodesVector(b, layout.nodeCount());
    for (int i = layout.nodeCount() - 1; i >= 0; i--) {
      FieldNode.createFieldNode(b, layout.nodeLength(i), layout.nodeNulls(i));
    }
    int nodes = b.endVector();
    RecordBatch.startBuffersVector(b, layout.bufferCount());
    for (int i = layout.bufferCount() - 1; i >= 0; i--) {
      Buffer.createBuffer(b, layout.bufferOffset(i), layout.bufferLength(i));
    }
    int buffers = b.endVector();
    int compression =
        layout.codec() == BodyCodec.NONE
            ? 0
            : BodyCompression.createBodyCompression(
                b, CompressionType.ZSTD, BodyCompressionMethod.BUFFER);
    RecordBatch.startRecordBatch(b);
    RecordBatch.addLength(b, layout.rows());
    RecordBatch.addNodes(b, nodes);
    RecordBatch.addBuffers(b, buffers);
    if (compression != 0) {
      RecordBatch.addCompression(b, compression);
    }
    return RecordBatch.endRecordBatch(b);
  }

  private static int schema(
      FlatBufferBuilder b, List<IpcField> fields, Map<String, String> metadata) {
    int[] offsets = fields.stream().mapToInt(f -> field(b, f)).toArray();
    int vector = Schema.createFieldsVector(b, offsets);
    int pairs = pairs(b, metadata).vector;
    return Schema.createSchema(b, Endianness.Little, vector, pairs, 0);
  }

  private static int field(FlatBufferBuilder b, IpcField field) {
    int name = b.createString(field.name());
    int type;
    byte typeType;
    if (field.type() == IpcType.UTF8) {
      Utf8.startUtf8(b);
      type = Utf8.endUtf8(b);
      typeType = Type.Utf8;
    } else if (field.type() == IpcType.BOOL) {
      Bool.startBool(b);
      type = Bool.endBool(b);
      typeType = Type.Bool;
    } else if (field.type().isFloat()) {
      short precision = field.type() == IpcType.F32 ? Precision.SINGLE : Precision.DOUBLE;
      type = FloatingPoint.createFloatingPoint(b, precision);
      typeType = Type.FloatingPoint;
    } else {
      type = Int.createInt(b, field.type().widthBytes() * 8, field.type().isSigned());
      typeType = Type.Int;
    }
    int dictionary = 0;
    if (field.dictionary() != null) {
      int index = Int.createInt(b, field.dictionary().indexBytes() * 8, false);
      dictionary =
          DictionaryEncoding.createDictionaryEncoding(
              b, field.dictionary().id(), index, false, DictionaryKind.DenseArray);
    }
    int children = Field.createChildrenVector(b, new int[0]);
    int pairs = pairs(b, field.metadata()).vector;
    return Field.createField(
        b, name, field.nullable(), typeType, type, dictionary, children, pairs);
  }

  private record Pairs(int vector, int openCrc) {}

  private static Pairs pairs(FlatBufferBuilder b, Map<String, String> metadata) {
    if (metadata.isEmpty()) {
      return new Pairs(0, 0);
    }
    int[] offsets = new int[metadata.size()];
    int openCrc = 0;
    int i = 0;
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      int key = b.createString(entry.getKey());
      int value = b.createString(entry.getValue());
      if (entry.getKey().equals(BATCH_CRC) || entry.getKey().equals(FOOTER_CRC)) {
        openCrc = value;
      }
      offsets[i++] = KeyValue.createKeyValue(b, key, value);
    }
    return new Pairs(Message.createCustomMetadataVector(b, offsets), openCrc);
  }

  private static Metadata finished(FlatBufferBuilder b, int openCrc) {
    ByteBuffer bytes = b.dataBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    // A string's offset counts from the buffer's end; its characters follow a 4-byte length.
    return new Metadata(bytes, openCrc == 0 ? -1 : bytes.remaining() - openCrc + 4);
  }
}
