// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;

/**
 * The metadata of one message in a file, with its framing checked. Whatever a flatbuffer of unknown
 * origin makes the generated accessors throw comes out as {@link DamagedFileException}.
 */
public final class IpcMessage {
  /** Longer metadata of a message or a footer is refused, read or written. */
  public static final int MAX_METADATA_BYTES = 16 << 20;

  private static final List<IpcField> WORDS = List.of(IpcField.plain("words", IpcType.UTF8));

  /** What a message carries. */
  public enum Kind {
    SCHEMA,
    DICTIONARY,
    RECORD_BATCH
  }

  private final String file;
  private final long offset;
  private final int metadataBytes;
  private final Message message;
  private final Kind kind;
  private final long bodyBytes;

  private IpcMessage(String file, long offset, int metadataBytes, Message message, Kind kind)
      throws DamagedFileException {
    this.file = file;
    this.offset = offset;
    this.metadataBytes = metadataBytes;
    this.message = message;
    this.kind = kind;
    this.bodyBytes = guarded(message::bodyLength);
  }

  /**
   * Reads the message at an offset.
   *
   * @return the message, or null where the stream ends (zeros, or nothing, where a prefix would be)
   * @throws DamagedFileException if there is no well-framed message that ends before the file does
   */
  public static IpcMessage read(ReadableFile file, long offset, long fileBytes)
      throws java.io.IOException {
    if (offset + Frame.PREFIX_BYTES > fileBytes) {
      if (offset >= fileBytes) {
        return null;
      }
      throw damaged(file.path(), offset, "the file ends inside a message's prefix");
    }
    ByteBuffer prefix = ByteBuffer.allocate(Frame.PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(prefix, offset);
    int metadataBytes = prefix.getInt(4);
    if (prefix.getLong(0) == 0) {
      return null;
    }
    if (prefix.getInt(0) != 0xFFFF_FFFF || metadataBytes < 0) {
      throw damaged(
          file.path(), offset, Text.of("expected a message, found %016x", prefix.getLong(0)));
    }
    if (metadataBytes == 0) {
      return null; // the end marker
    }
    long room = fileBytes - offset - Frame.PREFIX_BYTES;
    if (metadataBytes > MAX_METADATA_BYTES || metadataBytes > room || metadataBytes % 8 != 0) {
      throw damaged(
          file.path(),
          offset,
          Text.of("a message of %d metadata bytes, where %d follow", metadataBytes, room));
    }
    ByteBuffer metadata = ByteBuffer.allocate(metadataBytes);
    file.readFully(metadata, offset + Frame.PREFIX_BYTES);
    IpcMessage message = parse(file.path(), offset, metadata.flip());
    if (message.bodyBytes < 0
        || message.bodyBytes > room - metadataBytes
        || message.bodyBytes % 8 != 0) {
      throw damaged(
          file.path(),
          offset,
          Text.of(
              "a message of %d body bytes, where %d follow",
              message.bodyBytes, room - metadataBytes));
    }
    return message;
  }

  private static IpcMessage parse(String file, long offset, ByteBuffer metadata)
      throws DamagedFileException {
    metadata.order(ByteOrder.LITTLE_ENDIAN);
    int bytes = metadata.remaining();
    try {
      Message message = Message.getRootAsMessage(metadata);
      if (message.version() != MetadataVersion.V5) {
        throw damaged(file, offset, Text.of("IPC metadata version %d", message.version()));
      }
      Kind kind =
          switch (message.headerType()) {
            case MessageHeader.Schema -> Kind.SCHEMA;
            case MessageHeader.DictionaryBatch -> Kind.DICTIONARY;
            case MessageHeader.RecordBatch -> Kind.RECORD_BATCH;
            default -> throw damaged(file, offset, "message type " + message.headerType());
          };
      if (message.header(new Schema()) == null) {
        throw damaged(file, offset, Text.of("a message of type %s without its header", kind));
      }
      return new IpcMessage(file, offset, bytes, message, kind);
    } catch (RuntimeException e) {
      throw malformed(file, offset, e);
    }
  }

  public Kind kind() {
    return kind;
  }

  /** Where the message begins. */
  public long offset() {
    return offset;
  }

  /** Bytes before the body, prefix included. */
  public int headerBytes() {
    return Frame.PREFIX_BYTES + metadataBytes;
  }

  public long bodyOffset() {
    return offset + headerBytes();
  }

  public long bodyBytes() {
    return bodyBytes;
  }

  /** The byte after the message. */
  public long end() {
    return bodyOffset() + bodyBytes;
  }

  /** Custom metadata of the message; empty if it has none. */
  public Map<String, String> customMetadata() throws DamagedFileException {
    return guarded(
        () -> {
          Map<String, String> pairs = new LinkedHashMap<>();
          for (int i = 0; i < message.customMetadataLength(); i++) {
            Pairs.put(pairs, message.customMetadata(i));
          }
          return pairs;
        });
  }

  /** File offset of the value of a piece of custom metadata, -1 if there is none. */
  public long customMetadataOffset(String key) throws DamagedFileException {
    return guarded(
        () -> {
          for (int i = 0; i < message.customMetadataLength(); i++) {
            if (key.equals(message.customMetadata(i).key())) {
              return offset
                  + Frame.PREFIX_BYTES
                  + message.customMetadata(i).valueAsByteBuffer().position();
            }
          }
          return -1L;
        });
  }

  /** The schema this message carries. */
  public IpcSchema schema() throws DamagedFileException {
    Schema schema = (Schema) guarded(() -> message.header(new Schema()));
    return IpcSchema.of(file, offset, schema);
  }

  /** The id of the dictionary this message replaces. */
  public long dictionaryId() throws DamagedFileException {
    DictionaryBatch batch = dictionary();
    if (guarded(batch::isDelta)) {
      throw damaged(file, offset, "a delta dictionary, which this format never uses");
    }
    return guarded(batch::id);
  }

  private DictionaryBatch dictionary() throws DamagedFileException {
    return (DictionaryBatch) guarded(() -> message.header(new DictionaryBatch()));
  }

  /**
   * The words of a dictionary message, given its body; compressed ones are valid until the reader's
   * next use.
   */
  public Words words(ByteBuffer body, BodyReader reader) throws DamagedFileException {
    DictionaryBatch dictionary = dictionary();
    Batch batch = batch(guarded(dictionary::data), body, WORDS, reader);
    if (!batch.nulls().equals(List.of(0)) || batch.buffers().size() != 3) {
      throw damaged(file, offset, "a dictionary that is not one column of words without nulls");
    }
    return Words.checked(
        file, offset, batch.rows(), batch.buffers().get(1), batch.buffers().get(2));
  }

  /** A buffer's place in the file. */
  public record Extent(long offset, long length) {}

  /** Where a buffer of this record batch lies, as it is stored: see {@link #codec}. */
  public Extent bufferExtent(int index) throws DamagedFileException {
    return guarded(() -> extent(recordBatch(), index));
  }

  /** Where the buffers of this record batch, or of this dictionary's, lie, as they are stored. */
  public List<Extent> bufferExtents() throws DamagedFileException {
    return guarded(
        () -> {
          RecordBatch batch = recordBatch();
          List<Extent> extents = new ArrayList<>();
          for (int i = 0; i < batch.buffersLength(); i++) {
            extents.add(extent(batch, i));
          }
          return extents;
        });
  }

  private Extent extent(RecordBatch batch, int index) {
    if (index >= batch.buffersLength()) {
      throw new IllegalStateException(
          Text.of("a batch of %d buffers, expected more", batch.buffersLength()));
    }
    long at = batch.buffers(index).offset();
    long length = batch.buffers(index).length();
    if (at < 0 || length < 0 || at > bodyBytes || length > bodyBytes - at) {
      throw new IllegalStateException("a buffer outside the body");
    }
    return new Extent(bodyOffset() + at, length);
  }

  /**
   * How the buffers of this record batch or dictionary are stored.
   *
   * @throws DamagedFileException naming a codec that is not read here
   */
  public BodyCodec codec() throws DamagedFileException {
    return codec(guarded(this::recordBatch));
  }

  private BodyCodec codec(RecordBatch batch) throws DamagedFileException {
    BodyCompression compression = guarded(batch::compression);
    if (compression == null) {
      return BodyCodec.NONE;
    }
    byte codec = guarded(compression::codec);
    byte method = guarded(compression::method);
    if (codec != CompressionType.ZSTD || method != BodyCompressionMethod.BUFFER) {
      throw damaged(
          Text.of(
              "its buffers are compressed with %s (method %d); expected zstd per buffer, or nothing",
              codec == CompressionType.LZ4_FRAME ? "LZ4" : "codec " + codec, method));
    }
    return BodyCodec.ZSTD;
  }

  /** Rows of this record batch, or words of this dictionary. */
  public int rows() throws DamagedFileException {
    int rows = guarded(() -> Math.toIntExact(recordBatch().length()));
    if (rows < 0) {
      throw damaged(Text.of("a batch of %d rows", rows));
    }
    return rows;
  }

  private RecordBatch recordBatch() {
    RecordBatch batch =
        kind == Kind.DICTIONARY
            ? ((DictionaryBatch) message.header(new DictionaryBatch())).data()
            : (RecordBatch) message.header(new RecordBatch());
    if (batch == null) {
      throw new IllegalStateException("a dictionary without its batch");
    }
    return batch;
  }

  /**
   * The record batch this message carries, given its body.
   *
   * @param fields the columns it must have
   * @param reader inflates it if it is compressed; the columns are then valid until its next use
   */
  public Batch batch(ByteBuffer body, List<IpcField> fields, BodyReader reader)
      throws DamagedFileException {
    return batch(
        (RecordBatch) guarded(() -> message.header(new RecordBatch())), body, fields, reader);
  }

  /**
   * A batch's columns.
   *
   * @param rows number of rows
   * @param nulls null count per column
   * @param buffers all buffers in order, little-endian
   */
  public record Batch(int rows, List<Integer> nulls, List<ByteBuffer> buffers) {}

  private Batch batch(RecordBatch batch, ByteBuffer body, List<IpcField> fields, BodyReader reader)
      throws DamagedFileException {
    if (batch == null) {
      throw damaged("a dictionary without its batch");
    }
    Batch stored = guarded(() -> stored(batch, body));
    if (codec(batch) == BodyCodec.NONE) {
      return stored;
    }
    List<BodyReader.Size> sizes = sizes(fields, stored.rows());
    if (sizes.size() != stored.buffers().size()) {
      throw damaged(
          Text.of("a batch of %d buffers, expected %d", stored.buffers().size(), sizes.size()));
    }
    BodyReader.Place place = new BodyReader.Place(file, offset);
    return new Batch(stored.rows(), stored.nulls(), reader.inflate(place, stored.buffers(), sizes));
  }

  private static List<BodyReader.Size> sizes(List<IpcField> fields, int rows) {
    List<BodyReader.Size> sizes = new ArrayList<>();
    for (IpcField field : fields) {
      sizes.add(BodyReader.Size.of((rows + 7L) / 8));
      if (field.widthBytes() > 0) {
        sizes.add(BodyReader.Size.of((long) rows * field.widthBytes()));
      } else {
        sizes.add(BodyReader.Size.of(4L * (rows + 1L)));
        sizes.add(BodyReader.Size.UNKNOWN);
      }
    }
    return sizes;
  }

  private static Batch stored(RecordBatch batch, ByteBuffer body) {
    int rows = Math.toIntExact(batch.length());
    if (rows < 0) {
      throw new IllegalStateException(rows + " rows");
    }
    List<Integer> nulls = new ArrayList<>();
    for (int i = 0; i < batch.nodesLength(); i++) {
      int nullCount = Math.toIntExact(batch.nodes(i).nullCount());
      if (batch.nodes(i).length() != rows || nullCount < 0 || nullCount > rows) {
        throw new IllegalStateException("column " + i + " has another length");
      }
      nulls.add(nullCount);
    }
    List<ByteBuffer> buffers = new ArrayList<>();
    for (int i = 0; i < batch.buffersLength(); i++) {
      int at = Math.toIntExact(batch.buffers(i).offset());
      int length = Math.toIntExact(batch.buffers(i).length());
      buffers.add(body.slice(at, length).order(ByteOrder.LITTLE_ENDIAN));
    }
    return new Batch(rows, nulls, buffers);
  }

  /** An error about this message. */
  public DamagedFileException damaged(String finding) {
    return damaged(file, offset, finding);
  }

  private <T> T guarded(Supplier<T> access) throws DamagedFileException {
    try {
      return access.get();
    } catch (RuntimeException e) {
      throw malformed(file, offset, e);
    }
  }

  static DamagedFileException malformed(String file, long offset, RuntimeException cause) {
    return new DamagedFileException(
        file, offset, Text.of("malformed Arrow metadata (%s)", cause.getMessage()), cause);
  }

  private static DamagedFileException damaged(String file, long offset, String finding) {
    return new DamagedFileException(file, offset, finding);
  }
}
