// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Compresses pages, or does not. One thread at a time. */
final class PageCompressor implements AutoCloseable {
  private final ZstdCompressCtx context;
  private ByteBuffer copy = ByteBuffer.allocateDirect(0);

  PageCompressor(ParquetCompression compression) {
    context =
        compression instanceof ParquetCompression.Zstd zstd
            ? new ZstdCompressCtx().setLevel(zstd.level())
            : null;
  }

  /** Whether pages are compressed at all. */
  boolean compresses() {
    return context != null;
  }

  /** Appends a page's compressed form. */
  void compress(ByteBuffer page, GrowingBuffer out) throws IOException {
    ByteBuffer source = page.isDirect() ? page : direct(page);
    int start = out.size();
    int bound = Math.toIntExact(Zstd.compressBound(source.remaining()));
    ByteBuffer target = out.room(bound);
    try {
      int bytes =
          context.compressDirectByteBuffer(
              target, start, bound, source, source.position(), source.remaining());
      target.position(start + bytes);
    } catch (ZstdException e) {
      throw new IOException("Cannot compress a page: " + e.getMessage(), e);
    }
  }

  private ByteBuffer direct(ByteBuffer page) {
    if (copy.capacity() < page.remaining()) {
      copy = ByteBuffer.allocateDirect(page.remaining());
    }
    return copy.clear().put(page.duplicate()).flip();
  }

  @Override
  public void close() {
    if (context != null) {
      context.close();
    }
  }
}
