// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.ipc.IpcEncoder.FileBlock;
import org.arrowworld.storage.WritableFile;

/**
 * Writes an Arrow IPC file with a checksummed footer (spec B-7). Does not own the file; publishing
 * is the caller's.
 */
public final class IpcFileWriter {
  /** What the file begins with, padded to 8 bytes, and ends with. */
  static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  private static final int ALIGNMENT_BYTES = 64;
  private static final int PIECE_BYTES = 1 << 20;

  private final WritableFile file;
  private final List<IpcField> fields;
  private final Map<String, String> metadata;
  private final CRC32 leading;
  private final CRC32 rest = new CRC32();
  private final List<FileBlock> dictionaries = new ArrayList<>();
  private final List<FileBlock> batches = new ArrayList<>();
  private final List<DataRange> ranges = new ArrayList<>();
  private long position;

  /** Begins a file: magic and schema. */
  public IpcFileWriter(WritableFile file, List<IpcField> fields, Map<String, String> metadata)
      throws IOException {
    this(file, fields, metadata, null);
  }

  /**
   * Begins a file: magic and schema.
   *
   * @param leading checksum that is fed every byte before the first batch, or null
   */
  public IpcFileWriter(
      WritableFile file, List<IpcField> fields, Map<String, String> metadata, CRC32 leading)
      throws IOException {
    this.file = file;
    this.leading = leading;
    this.fields = fields;
    this.metadata = metadata;
    append(ByteBuffer.allocate(8).put(MAGIC).clear());
    Frame frame = frame(IpcEncoder.schemaMessage(fields, metadata), 0);
    append(frame.all());
  }

  /** Where the next message will begin. */
  public long position() {
    return position;
  }

  /** Lays out a message at the present position, body aligned to 64 bytes. */
  public Frame frame(IpcEncoder.Metadata message, int bodyBytes) {
    return Frame.of(message, bodyBytes, position, ALIGNMENT_BYTES);
  }

  /** Writes a dictionary. */
  public void dictionary(long id, List<byte[]> words) throws IOException {
    BodyLayout layout = Words.layout(words, ALIGNMENT_BYTES);
    dictionary(id, new StoredBody(layout, layout.buffers(body(words, layout))));
  }

  /** Writes a dictionary, compressed. */
  public void dictionary(long id, List<byte[]> words, ZstdCompressor compressor)
      throws IOException {
    BodyLayout layout = Words.layout(words, ALIGNMENT_BYTES);
    dictionary(id, compressor.compress(layout, layout.buffers(body(words, layout))));
  }

  private static ByteBuffer body(List<byte[]> words, BodyLayout layout) {
    ByteBuffer body = ByteBuffer.allocateDirect(Math.toIntExact(layout.lengthBytes()));
    Words.fill(words, layout, body.order(ByteOrder.LITTLE_ENDIAN));
    return body;
  }

  private void dictionary(long id, StoredBody body) throws IOException {
    IpcEncoder.Metadata message = IpcEncoder.dictionaryMessage(id, body.layout());
    dictionaries.add(message(message, body.layout(), sources(body)));
  }

  private static List<BufferSource> sources(StoredBody body) {
    return body.buffers().stream().map(BufferSource::of).toList();
  }

  /** Writes a batch whose frame holds its body; returns where it begins. */
  public long batch(Frame frame) throws IOException {
    long from = position;
    batches.add(block(frame, frame.lengthBytes() - frame.metadataBytes()));
    append(frame.all());
    return from;
  }

  /** The bytes of a buffer, piece by piece. */
  @FunctionalInterface
  public interface BufferSource {
    /** Bytes {@code [from, from + length)}; both are multiples of 8 but for the last piece. */
    ByteBuffer piece(long from, int length);

    /** Bytes that stand in one buffer. */
    static BufferSource of(ByteBuffer bytes) {
      return (from, length) -> bytes.slice((int) from, length);
    }
  }

  /** Writes a batch whose body is given buffer by buffer, without copying it together. */
  public void batch(BodyLayout layout, List<BufferSource> buffers) throws IOException {
    FileBlock block = message(IpcEncoder.recordBatchMessage(layout, Map.of()), layout, buffers);
    batches.add(block);
  }

  /** Writes a compressed batch. */
  public void batch(StoredBody body) throws IOException {
    batch(body.layout(), sources(body));
  }

  private FileBlock message(
      IpcEncoder.Metadata metadata, BodyLayout layout, List<BufferSource> buffers)
      throws IOException {
    Frame frame = frame(metadata, 0);
    FileBlock block = block(frame, layout.lengthBytes());
    append(frame.all());
    long body = position;
    for (int i = 0; i < layout.bufferCount(); i++) {
      if (layout.bufferLength(i) > 0) {
        write(buffers.get(i), layout.bufferLength(i));
      }
      long padded =
          i + 1 < layout.bufferCount() ? layout.bufferOffset(i + 1) : layout.lengthBytes();
      if (body + padded > position) {
        append(ByteBuffer.allocate((int) (body + padded - position)));
      }
    }
    return block;
  }

  /** Writes a buffer, each piece checksummed while it is on its way through the caches. */
  private void write(BufferSource source, long length) throws IOException {
    CRC32 crc = new CRC32();
    long at = position;
    for (long from = 0; from < length; from += PIECE_BYTES) {
      ByteBuffer piece = source.piece(from, (int) Math.min(PIECE_BYTES, length - from));
      crc.update(piece.duplicate());
      if (batches.isEmpty() && leading != null) {
        leading.update(piece.duplicate());
      }
      position += piece.remaining();
      file.write(piece, at + from);
    }
    ranges.add(new DataRange(at, length, (int) crc.getValue()));
  }

  /**
   * A data buffer of a dictionary or batch.
   *
   * @param offset where it begins in the file
   * @param length its bytes, padding excluded
   * @param crc their CRC-32
   */
  public record DataRange(long offset, long length, int crc) {}

  /** The buffers of dictionaries, and of batches given buffer by buffer, in file order. */
  public List<DataRange> ranges() {
    return List.copyOf(ranges);
  }

  /** The CRC-32 of every byte written so far outside the {@link #ranges}, in file order. */
  public int restCrc() {
    return (int) rest.getValue();
  }

  private FileBlock block(Frame frame, long bodyBytes) {
    return new FileBlock(position, frame.metadataBytes(), bodyBytes);
  }

  /** Writes end marker and footer, and forces the file. */
  public void finish(Map<String, String> footerMetadata) throws IOException {
    Map<String, String> pairs = new LinkedHashMap<>(footerMetadata);
    pairs.put(IpcEncoder.FOOTER_CRC, IpcEncoder.OPEN_CRC);
    IpcEncoder.Metadata footer = IpcEncoder.footer(fields, metadata, dictionaries, batches, pairs);
    int footerBytes = footer.bytes().remaining();
    Frame.checkWritable("footer", footerBytes);
    ByteBuffer end =
        ByteBuffer.allocate(8 + footerBytes + 4 + MAGIC.length).order(ByteOrder.LITTLE_ENDIAN);
    end.putInt(0xFFFF_FFFF).putInt(0).put(footer.bytes()).putInt(footerBytes).put(MAGIC).flip();
    CRC32 crc = new CRC32();
    crc.update(end.duplicate());
    end.put(
        8 + footer.crcAt(), Digits.hex8((int) crc.getValue()).getBytes(StandardCharsets.US_ASCII));
    append(end);
    file.force();
  }

  private void append(ByteBuffer bytes) throws IOException {
    rest.update(bytes.duplicate());
    if (batches.isEmpty() && leading != null) {
      leading.update(bytes.duplicate());
    }
    int length = bytes.remaining();
    file.write(bytes, position);
    position += length;
  }
}
