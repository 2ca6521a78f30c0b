// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.apache.parquet.format.CompressionCodec;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.xerial.snappy.Snappy;

/** Takes pages out of their compression. */
final class PageDecompressor {
  /** The codecs that are read. */
  static final Set<CompressionCodec> CODECS =
      EnumSet.of(
          CompressionCodec.UNCOMPRESSED,
          CompressionCodec.ZSTD,
          CompressionCodec.SNAPPY,
          CompressionCodec.GZIP,
          CompressionCodec.LZ4_RAW);

  private static final LZ4SafeDecompressor LZ4 = LZ4Factory.fastestInstance().safeDecompressor();

  private PageDecompressor() {}

  /**
   * Decompresses a page.
   *
   * @param size its bytes, which the caller has found bearable
   */
  static byte[] decompress(String file, CompressionCodec codec, byte[] stored, int size)
      throws IOException {
    byte[] page;
    switch (codec) {
      case UNCOMPRESSED -> page = stored;
      case ZSTD -> {
        page = new byte[size];
        long found = Zstd.decompress(page, stored);
        if (Zstd.isError(found) || found != size) {
          throw new IllegalArgumentException(
              "zstd data: "
                  + (Zstd.isError(found)
                      ? Zstd.getErrorName(found)
                      : Text.of("it holds %d bytes, expected %d", found, size)));
        }
      }
      case SNAPPY -> {
        int found = Snappy.uncompressedLength(stored);
        if (found != size) {
          throw new IllegalArgumentException(
              Text.of("snappy data: it holds %d bytes, expected %d", found, size));
        }
        page = Snappy.uncompress(stored);
      }
      case LZ4_RAW -> {
        page = new byte[size];
        int found = LZ4.decompress(stored, 0, stored.length, page, 0);
        if (found != size) {
          throw new IllegalArgumentException(
              Text.of("LZ4 data: it holds %d bytes, expected %d", found, size));
        }
      }
      case GZIP -> {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(stored))) {
          page = in.readNBytes(size);
          if (page.length == size && in.read() >= 0) {
            throw new IllegalArgumentException(
                Text.of("gzip data: it holds more than %d bytes", size));
          }
        }
      }
      default ->
          throw new DamagedFileException(
              file,
              -1,
              Text.of(
                  "its pages are compressed with %s, which is not read here; write it again with zstd, snappy, gzip or none",
                  codec));
    }
    if (page.length != size) {
      throw new IllegalArgumentException(
          Text.of("a page has %d bytes, its header says %d", page.length, size));
    }
    return page;
  }
}
