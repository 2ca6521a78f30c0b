// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;

/**
 * One message, its metadata parsed.
 *
 * @param kind what it carries
 * @param offset where it begins
 * @param bodyOffset where its body begins
 * @param bodyBytes bytes of the body
 * @param message the metadata
 */
record ArrowMessage(Kind kind, long offset, long bodyOffset, long bodyBytes, Message message) {
  private static final int CONTINUATION = -1;
  private static final int MAX_METADATA_BYTES = 256 << 20;

  /** What a message carries. */
  enum Kind {
    SCHEMA,
    DICTIONARY,
    BATCH
  }

  /** How buffers of a body are stored. */
  enum Codec {
    PLAIN,
    LZ4,
    ZSTD
  }

  /** The byte behind it. */
  long end() {
    return bodyOffset + bodyBytes;
  }

  /**
   * Reads the message at an offset, however old its framing is.
   *
   * @param limit no byte of it lies from here on
   * @return null where a stream ends
   */
  static ArrowMessage read(ReadableFile file, long offset, long limit) throws java.io.IOException {
    if (limit - offset < Integer.BYTES) {
      if (limit > offset) {
        throw cut(file, offset);
      }
      return null;
    }
    int first = integer(file, offset);
    int prefix = Integer.BYTES;
    int length = first;
    if (first == CONTINUATION) {
      if (limit - offset < 2L * Integer.BYTES) {
        throw cut(file, offset);
      }
      prefix = 2 * Integer.BYTES;
      length = integer(file, offset + Integer.BYTES);
    }
    if (length == 0) {
      return null;
    }
    return read(file, offset, prefix, length, limit);
  }

  /** Whether a file begins with a message, framed in any way, of a schema. */
  static boolean begins(ReadableFile file) throws java.io.IOException {
    try {
      ArrowMessage message = read(file, 0, file.size());
      return message != null && message.kind == Kind.SCHEMA;
    } catch (DamagedFileException e) {
      return false;
    }
  }

  private static DamagedFileException cut(ReadableFile file, long offset) {
    return new DamagedFileException(
        file.path(), offset, "the file ends inside a message of Arrow; it is cut");
  }

  private static int integer(ReadableFile file, long at) throws java.io.IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(bytes, at);
    return bytes.getInt(0);
  }

  private static ArrowMessage read(
      ReadableFile file, long offset, int prefix, int length, long limit)
      throws java.io.IOException {
    long room = limit - offset - prefix;
    if (length < 0 || length > MAX_METADATA_BYTES || length > room) {
      throw new DamagedFileException(
          file.path(),
          offset,
          Text.of(
              "expected a message of Arrow; what stands there would have %s bytes of metadata, where %d follow",
              Integer.toUnsignedString(length), room));
    }
    ByteBuffer metadata = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(metadata, offset + prefix);
    return parse(file, offset, offset + prefix + length, metadata.flip(), limit);
  }

  /** The message of a footer's block, whose body begins where the block says. */
  static ArrowMessage read(ReadableFile file, ArrowBlock block) throws java.io.IOException {
    int first = integer(file, block.offset());
    int prefix = first == CONTINUATION ? 2 * Integer.BYTES : Integer.BYTES;
    int length = first == CONTINUATION ? integer(file, block.offset() + 4) : first;
    if (length <= 0 || length > block.metadataBytes() - prefix) {
      throw new DamagedFileException(
          file.path(),
          block.offset(),
          Text.of(
              "a message of %s bytes of metadata where its footer says %d",
              Integer.toUnsignedString(length), block.metadataBytes() - prefix));
    }
    ByteBuffer metadata = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(metadata, block.offset() + prefix);
    long bodyAt = block.offset() + block.metadataBytes();
    return parse(file, block.offset(), bodyAt, metadata.flip(), bodyAt + block.bodyBytes());
  }

  private static ArrowMessage parse(
      ReadableFile file, long offset, long bodyOffset, ByteBuffer metadata, long limit)
      throws DamagedFileException {
    try {
      Message message = Message.getRootAsMessage(metadata);
      requireVersion(file.path(), message.version());
      Kind kind =
          switch (message.headerType()) {
            case MessageHeader.Schema -> Kind.SCHEMA;
            case MessageHeader.DictionaryBatch -> Kind.DICTIONARY;
            case MessageHeader.RecordBatch -> Kind.BATCH;
            case MessageHeader.Tensor, MessageHeader.SparseTensor ->
                throw new InvalidUseException(
                    Text.of(
                        "Cannot read %s: it holds a tensor, no table; write tensors as .npy files",
                        file.path()));
            default ->
                throw new DamagedFileException(
                    file.path(), offset, "a message of Arrow of no known kind");
          };
      long body = message.bodyLength();
      if (body < 0 || body > limit - bodyOffset) {
        throw new DamagedFileException(
            file.path(),
            offset,
            Text.of(
                "a message of Arrow with %d bytes of body, where %d follow; it is cut or damaged",
                body, limit - bodyOffset));
      }
      return new ArrowMessage(kind, offset, bodyOffset, body, message);
    } catch (InvalidUseException e) {
      throw e;
    } catch (RuntimeException e) {
      throw malformed(file.path(), offset, e);
    }
  }

  /** Refuses versions by their names. */
  static void requireVersion(String file, short version) {
    if (version == MetadataVersion.V4 || version == MetadataVersion.V5) {
      return;
    }
    String name = version >= 0 && version < 3 ? "V" + (version + 1) : "a later one";
    throw new InvalidUseException(
        Text.of(
            "Cannot read %s: its metadata version is %s, expected V4 or V5; write it again with a present release of its writer",
            file, name));
  }

  /** What a flatbuffer of unknown origin makes the generated classes throw. */
  static DamagedFileException malformed(String file, long offset, RuntimeException cause) {
    return new DamagedFileException(
        file, offset, "the metadata of a message of Arrow is malformed", cause);
  }

  Schema schema() {
    return (Schema) message.header(new Schema());
  }

  /** The dictionary it carries. */
  DictionaryBatch dictionary() {
    return (DictionaryBatch) message.header(new DictionaryBatch());
  }

  /** The batch it carries, of a dictionary that of its values. */
  RecordBatch batch() {
    RecordBatch batch =
        kind == Kind.DICTIONARY
            ? dictionary().data()
            : (RecordBatch) message.header(new RecordBatch());
    if (batch == null) {
      throw new IllegalStateException("a message without its batch");
    }
    return batch;
  }

  /** Whether metadata is of a time when unions had validity bitmaps. */
  boolean isBeforeV5() {
    return message.version() != MetadataVersion.V5;
  }

  /**
   * How its buffers are stored.
   *
   * @throws InvalidUseException naming that it is by a codec this release does not know
   */
  Codec codec(String file) {
    BodyCompression compression = batch().compression();
    if (compression == null) {
      return Codec.PLAIN;
    }
    if (compression.method() != 0 || compression.codec() < 0 || compression.codec() > 1) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read %s: its buffers are compressed by a codec that is not known here; write it with zstd, LZ4 or none",
              file));
    }
    return compression.codec() == CompressionType.ZSTD ? Codec.ZSTD : Codec.LZ4;
  }
}
