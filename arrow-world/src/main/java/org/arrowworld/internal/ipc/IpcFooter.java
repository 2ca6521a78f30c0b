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
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.IpcEncoder.FileBlock;
import org.arrowworld.storage.ReadableFile;

/**
 * The footer of an IPC file, verified before use (spec B-7).
 *
 * @param schema the file's schema
 * @param dictionaries blocks in file order
 * @param batches blocks in file order
 * @param metadata the footer's custom metadata
 */
public record IpcFooter(
    IpcSchema schema,
    List<FileBlock> dictionaries,
    List<FileBlock> batches,
    Map<String, String> metadata) {

  /** What is read at once, in the hope that the footer is no longer. */
  private static final int LIKELY_BYTES = 4096;

  /** Stands between the last message and the footer. */
  private static final int END_MARKER_BYTES = 8;

  private static final int TAIL_BYTES = 4 + IpcFileWriter.MAGIC.length;

  /** Reads and verifies the footer of a file of this project. */
  public static IpcFooter read(ReadableFile file) throws IOException {
    long size = file.size();
    if (size < 2L * 8 + TAIL_BYTES) {
      throw new DamagedFileException(
          file.path(), -1, Text.of("%d bytes are not an Arrow file", size));
    }
    checkMagic(file, read(file, 0, IpcFileWriter.MAGIC.length), 0);
    int likely = (int) Math.min(LIKELY_BYTES, size);
    ByteBuffer end = read(file, size - likely, likely);
    ByteBuffer magic = end.slice(likely - IpcFileWriter.MAGIC.length, IpcFileWriter.MAGIC.length);
    checkMagic(file, magic, size - IpcFileWriter.MAGIC.length);
    int footerBytes = end.getInt(likely - TAIL_BYTES);
    long footerAt = size - TAIL_BYTES - footerBytes;
    if (footerBytes <= 0 || footerBytes > IpcMessage.MAX_METADATA_BYTES || footerAt < 8) {
      throw new DamagedFileException(
          file.path(), size - TAIL_BYTES, Text.of("a footer of %d bytes", footerBytes));
    }
    int covered = (int) (size - footerAt) + END_MARKER_BYTES;
    ByteBuffer tail =
        covered <= likely
            ? end.slice(likely - covered, covered)
            : read(file, size - covered, covered);
    ByteBuffer bytes = tail.slice(END_MARKER_BYTES, footerBytes).order(ByteOrder.LITTLE_ENDIAN);
    Parsed parsed = parse(file.path(), footerAt, bytes);
    verify(file.path(), parsed, tail);
    return parsed.footer;
  }

  private record Parsed(IpcFooter footer, long crcAt, long coveredFrom) {}

  private static ByteBuffer read(ReadableFile file, long at, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(bytes, at);
    return bytes.flip();
  }

  private static void checkMagic(ReadableFile file, ByteBuffer magic, long at)
      throws DamagedFileException {
    if (!magic.equals(ByteBuffer.wrap(IpcFileWriter.MAGIC))) {
      throw new DamagedFileException(
          file.path(), at, "expected 'ARROW1'; the file is cut off or no Arrow file");
    }
  }

  private static Parsed parse(String path, long footerAt, ByteBuffer bytes)
      throws DamagedFileException {
    try {
      Footer footer = Footer.getRootAsFooter(bytes);
      List<FileBlock> dictionaries = new ArrayList<>();
      for (int i = 0; i < footer.dictionariesLength(); i++) {
        dictionaries.add(block(path, footerAt, footer.dictionaries(i)));
      }
      List<FileBlock> batches = new ArrayList<>();
      for (int i = 0; i < footer.recordBatchesLength(); i++) {
        batches.add(block(path, footerAt, footer.recordBatches(i)));
      }
      Map<String, String> metadata = new LinkedHashMap<>();
      long crcAt = -1;
      for (int i = 0; i < footer.customMetadataLength(); i++) {
        KeyValue pair = footer.customMetadata(i);
        Pairs.put(metadata, pair);
        if (IpcEncoder.FOOTER_CRC.equals(pair.key())) {
          crcAt = footerAt + pair.valueAsByteBuffer().position();
        }
      }
      IpcSchema schema = IpcSchema.of(path, footerAt, footer.schema());
      long coveredFrom = footerAt - END_MARKER_BYTES;
      return new Parsed(new IpcFooter(schema, dictionaries, batches, metadata), crcAt, coveredFrom);
    } catch (RuntimeException e) {
      throw IpcMessage.malformed(path, footerAt, e);
    }
  }

  private static FileBlock block(String path, long footerAt, Block block)
      throws DamagedFileException {
    FileBlock b = new FileBlock(block.offset(), block.metaDataLength(), block.bodyLength());
    boolean inside =
        b.offset() >= 8
            && b.metadataBytes() > Frame.PREFIX_BYTES
            && b.bodyBytes() >= 0
            && b.offset() <= footerAt
            && b.metadataBytes() <= footerAt - b.offset()
            && b.bodyBytes() <= footerAt - b.offset() - b.metadataBytes();
    if (!inside) {
      throw new DamagedFileException(path, footerAt, "a footer block outside the file: " + b);
    }
    return b;
  }

  /** Compares the checksum of the bytes from the last batch on with the one among them. */
  private static void verify(String path, Parsed parsed, ByteBuffer tail)
      throws DamagedFileException {
    String stored = parsed.footer.metadata.get(IpcEncoder.FOOTER_CRC);
    long from = parsed.coveredFrom;
    List<FileBlock> blocks =
        parsed.footer.batches.isEmpty() ? parsed.footer.dictionaries : parsed.footer.batches;
    if (!blocks.isEmpty() && blocks.get(blocks.size() - 1).end() != from) {
      throw new DamagedFileException(
          path,
          from,
          "the footer does not follow the last batch, which ends at byte "
              + blocks.get(blocks.size() - 1).end());
    }
    if (!Digits.areHex(stored, 8)) {
      throw new DamagedFileException(path, from, "the footer has no aw.footer_crc");
    }
    int digitsAt = (int) (parsed.crcAt - from);
    CRC32 crc = new CRC32();
    crc.update(tail.slice(0, digitsAt));
    crc.update(IpcEncoder.OPEN_CRC.getBytes(StandardCharsets.US_ASCII));
    crc.update(tail.slice(digitsAt + 8, tail.limit() - digitsAt - 8));
    if (!stored.equals(Digits.hex8((int) crc.getValue()))) {
      throw new DamagedFileException(
          path,
          from,
          Text.of("the footer's checksum is %08x, expected %s", crc.getValue(), stored));
    }
  }
}
