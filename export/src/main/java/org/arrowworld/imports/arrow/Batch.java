// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.OutOfMemoryException;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.values.Budget;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;

/**
 * The nodes and buffers of a batch, taken one after the other as the fields need them. Only those
 * that are asked for are read; what they take is claimed before, and given back by closing.
 */
final class Batch implements Closeable {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int PREFIX_BYTES = Long.BYTES;

  private final ArrowFile source;
  private final ArrowMessage message;
  private final RecordBatch batch;
  private final ArrowMessage.Codec codec;
  private final BufferCodecs codecs;
  private final Budget budget;
  private long claimed;
  private int node;
  private int buffer;
  private int variadic;

  Batch(ArrowFile source, ArrowMessage message, BufferCodecs codecs, Budget budget) {
    this.source = source;
    this.message = message;
    this.batch = message.batch();
    this.codec = message.codec(source.path());
    this.codecs = codecs;
    this.budget = budget;
  }

  /** A node: how many values a field has, and how many of them are null. */
  record Node(int length, long nulls) {}

  Node node() throws DamagedFileException {
    if (node >= batch.nodesLength()) {
      throw damaged("has fewer fields than its schema");
    }
    long length = batch.nodes(node).length();
    long nulls = batch.nodes(node++).nullCount();
    if (length < 0 || length > Integer.MAX_VALUE - 8 || nulls > length) {
      throw damaged(Text.of("has a field of %d values, %d of them null", length, nulls));
    }
    return new Node((int) length, nulls);
  }

  /** Whether it holds as many buffers as one field needs, no fewer and no more. */
  boolean isOnly(ArrowField field) throws DamagedFileException {
    boolean views =
        field.type().kind() == StoredType.Kind.STRING_VIEW
            || field.type().kind() == StoredType.Kind.BINARY_VIEW;
    return batch.nodesLength() == 1 && (views || batch.buffersLength() == buffers(field));
  }

  /** Passes over a field and what is below it. */
  void skip(ArrowField field) throws DamagedFileException {
    node();
    buffer += buffers(field);
    if (buffer > batch.buffersLength()) {
      throw damaged("has fewer buffers than its schema");
    }
    if (field.index().isEmpty()) {
      for (ArrowField child : field.children()) {
        skip(child);
      }
    }
  }

  private int buffers(ArrowField field) throws DamagedFileException {
    if (field.index().isPresent()) {
      return 2;
    }
    int unionBitmap = message.isBeforeV5() ? 1 : 0;
    return switch (field.type().kind()) {
      case NULL, RUN_END_ENCODED -> 0;
      case STRUCT, FIXED_SIZE_LIST -> 1;
      case SPARSE_UNION -> 1 + unionBitmap;
      case DENSE_UNION -> 2 + unionBitmap;
      case BINARY, STRING, LARGE_BINARY, LARGE_STRING, LIST_VIEW, LARGE_LIST_VIEW -> 3;
      case BINARY_VIEW, STRING_VIEW -> 2 + variadicCount();
      default -> 2;
    };
  }

  /** How many buffers of long values the next field of views has. */
  int variadicCount() throws DamagedFileException {
    if (variadic >= batch.variadicBufferCountsLength()) {
      throw damaged("does not say how many buffers its views have");
    }
    long count = batch.variadicBufferCounts(variadic++);
    if (count < 0 || count > batch.buffersLength() - buffer) {
      throw damaged(Text.of("has views with %d buffers", count));
    }
    return (int) count;
  }

  /** Passes over a buffer. */
  void skipBuffer() {
    buffer++;
  }

  /**
   * The next buffer, plain, little-endian.
   *
   * @param least how many bytes it must have; if it is shorter, it is damage
   */
  ByteBuffer buffer(long least) throws IOException {
    if (buffer >= batch.buffersLength()) {
      throw damaged("has fewer buffers than its schema");
    }
    long at = batch.buffers(buffer).offset();
    long stored = batch.buffers(buffer++).length();
    if (at < 0 || stored < 0 || at > message.bodyBytes() || stored > message.bodyBytes() - at) {
      throw damaged("has a buffer outside its body");
    }
    long from = message.bodyOffset() + at;
    if (codec == ArrowMessage.Codec.PLAIN || stored == 0) {
      requireSize(stored, least);
      return read(from, stored);
    }
    if (stored < PREFIX_BYTES) {
      throw damaged("has a compressed buffer without its length");
    }
    long size = read(from, PREFIX_BYTES).getLong(0);
    if (size == -1) {
      requireSize(stored - PREFIX_BYTES, least);
      return read(from + PREFIX_BYTES, stored - PREFIX_BYTES);
    }
    requireSize(size, least);
    return size == 0 ? read(from, 0) : decompress(from, stored, size);
  }

  private void requireSize(long size, long least) throws DamagedFileException {
    if (size < least || size < 0) {
      throw damaged(Text.of("has a buffer of %d bytes, where its rows need %d", size, least));
    }
    if (size > Integer.MAX_VALUE - 64) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read %s: a buffer has %d bytes, 2 GiB are the most; write it in smaller batches",
              source.path(), size));
    }
  }

  private void claim(long bytes) throws DamagedFileException {
    budget.claim(bytes);
    budget.decode(bytes);
    claimed += bytes;
  }

  private ByteBuffer read(long from, long count) throws IOException {
    claim(count);
    ByteBuffer bytes = ByteBuffer.allocate((int) count).order(ByteOrder.LITTLE_ENDIAN);
    ReadableFile file = source.file();
    for (int at = 0; at < count; ) {
      int end = (int) Math.min(count, (long) at + CHUNK_BYTES);
      bytes.limit(end).position(at);
      file.readFully(bytes, from + at);
      at = end;
    }
    return bytes.clear();
  }

  private ByteBuffer decompress(long from, long stored, long size) throws IOException {
    claim(size + stored);
    ByteBuffer packed = read(from, stored);
    ByteBuffer plain = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
    try (ArrowMemory memory = new ArrowMemory(2 * (size + stored) + 4096)) {
      ArrowBuf in = memory.allocator().buffer(stored);
      in.setBytes(0, packed);
      in.writerIndex(stored);
      ArrowBuf out = codecs.of(codec).decompress(memory.allocator(), in);
      if (out.writerIndex() != size) {
        throw damaged("has a buffer that does not decompress to the size it says");
      }
      out.getBytes(0, plain);
      out.close();
    } catch (OutOfMemoryException e) {
      throw new DamagedFileException(
          source.path(), message.offset(), Text.of("there is no memory for %d bytes", size), e);
    } catch (InvalidUseException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new DamagedFileException(
          source.path(),
          message.offset(),
          Text.of(
              "a batch has a %s buffer that cannot be decompressed to the %d bytes it says",
              codec == ArrowMessage.Codec.ZSTD ? "zstd" : "LZ4", size),
          e);
    }
    return plain.clear();
  }

  DamagedFileException damaged(String finding) {
    return new DamagedFileException(source.path(), message.offset(), "a batch " + finding);
  }

  @Override
  public void close() {
    budget.release(claimed);
  }
}
