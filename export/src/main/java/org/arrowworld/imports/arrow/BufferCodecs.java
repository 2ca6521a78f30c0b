// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import org.apache.arrow.compression.ZstdCompressionCodec;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.compression.AbstractCompressionCodec;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;

/** The codecs that buffers of Arrow files are compressed with, behind Arrow's interface. */
final class BufferCodecs {
  private final CompressionCodec zstd = new ZstdCompressionCodec();
  private final CompressionCodec lz4 = new Lz4Codec();

  /** The codec of a message's buffers. */
  CompressionCodec of(ArrowMessage.Codec codec) {
    return switch (codec) {
      case ZSTD -> zstd;
      case LZ4 -> lz4;
      case PLAIN -> throw new IllegalArgumentException("plain buffers have no codec");
    };
  }

  /** Arrow's own takes 20 times as long. Reads only. */
  private static final class Lz4Codec extends AbstractCompressionCodec {
    private final Lz4Frames frames = new Lz4Frames();

    @Override
    protected ArrowBuf doCompress(BufferAllocator allocator, ArrowBuf plain) {
      throw new UnsupportedOperationException("imports only read");
    }

    @Override
    protected ArrowBuf doDecompress(BufferAllocator allocator, ArrowBuf compressed) {
      int size = Math.toIntExact(readUncompressedLength(compressed));
      long prefix = CompressionUtil.SIZE_OF_UNCOMPRESSED_LENGTH;
      byte[] frame = new byte[Math.toIntExact(compressed.writerIndex() - prefix)];
      compressed.getBytes(prefix, frame);
      byte[] plain = new byte[size];
      frames.decompress(frame, 0, frame.length, plain, size);
      ArrowBuf target = allocator.buffer(size);
      target.setBytes(0, plain);
      target.writerIndex(size);
      return target;
    }

    @Override
    public CompressionUtil.CodecType getCodecType() {
      return CompressionUtil.CodecType.LZ4_FRAME;
    }
  }
}
