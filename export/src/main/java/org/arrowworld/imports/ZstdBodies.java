package org.arrowworld.imports;

import com.github.luben.zstd.Zstd;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.compression.AbstractCompressionCodec;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** Reads zstd-compressed buffers; what they say to be when inflated is bounded first. */
final class ZstdBodies implements CompressionCodec.Factory {
  private final long budget;

  ZstdBodies(long budget) {
    this.budget = budget;
  }

  @Override
  public CompressionCodec createCodec(CompressionUtil.CodecType type) {
    return switch (type) {
      case NO_COMPRESSION -> NoCompressionCodec.INSTANCE;
      case ZSTD -> new Codec();
      default ->
          throw new InvalidUseException(
              Text.of(
                  "Cannot read buffers compressed with %s: write them with zstd or uncompressed",
                  type));
    };
  }

  @Override
  public CompressionCodec createCodec(CompressionUtil.CodecType type, int level) {
    return createCodec(type);
  }

  private final class Codec extends AbstractCompressionCodec {
    @Override
    protected ArrowBuf doCompress(BufferAllocator allocator, ArrowBuf uncompressed) {
      throw new UnsupportedOperationException("imports only read");
    }

    @Override
    protected ArrowBuf doDecompress(BufferAllocator allocator, ArrowBuf compressed) {
      long size = readUncompressedLength(compressed);
      if (size < 0 || size > Math.min(budget, Integer.MAX_VALUE)) {
        throw new IllegalArgumentException(
            Text.of("a buffer says that it inflates to %d bytes", size));
      }
      ArrowBuf target = allocator.buffer(size);
      try {
        long prefix = CompressionUtil.SIZE_OF_UNCOMPRESSED_LENGTH;
        int packed = Math.toIntExact(compressed.writerIndex() - prefix);
        long plain =
            Zstd.decompressDirectByteBuffer(
                target.nioBuffer(0, (int) size),
                0,
                (int) size,
                compressed.nioBuffer(prefix, packed),
                0,
                packed);
        if (plain != size) {
          throw new IllegalArgumentException(
              Text.of(
                  "a buffer does not inflate to the %d bytes it says: %s",
                  size, Zstd.isError(plain) ? Zstd.getErrorName(plain) : "there are " + plain));
        }
        target.writerIndex(size);
        return target;
      } catch (RuntimeException | Error e) {
        target.close();
        throw e;
      }
    }

    @Override
    public CompressionUtil.CodecType getCodecType() {
      return CompressionUtil.CodecType.ZSTD;
    }
  }
}
