// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.arrowworld.errors.DamagedFileException;
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

  private static final int TAIL_BYTES = 4 + IpcFileWriter.MAGIC.length;

  /** Reads and verifies the footer of a file of this project. */
  public static IpcFooter read(ReadableFile file) throws IOException {
    long size = file.size();
    checkMagic(file, 0, size);
    checkMagic(file, size - IpcFileWriter.MAGIC.length, size);
    ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(length, size - TAIL_BYTES);
    int footerBytes = length.getInt(0);
    long footerAt = size - TAIL_BYTES - footerBytes;
    if (footerBytes <= 0 || footerBytes > IpcMessage.MAX_METADATA_BYTES || footerAt < 8) {
      throw new DamagedFileException(
          file.path(), size - TAIL_BYTES, Text.of("a footer of %d bytes", footerBytes));
    }
    ByteBuffer bytes = ByteBuffer.allocate(footerBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(bytes, footerAt);
    Parsed parsed = parse(file.path(), footerAt, bytes.flip());
    verify(file, parsed, size);
    return parsed.footer;
  }

  private record Parsed(IpcFooter footer, long crcAt, long coveredFrom) {}

  private static void checkMagic(ReadableFile file, long at, long size) throws IOException {
    ByteBuffer magic = ByteBuffer.allocate(IpcFileWriter.MAGIC.length);
    if (size < 2L * 8 + TAIL_BYTES) {
      throw new DamagedFileException(file.path(), -1, Text.of("%d bytes are no Arrow file", size));
    }
    file.readFully(magic, at);
    if (!Arrays.equals(magic.array(), IpcFileWriter.MAGIC)) {
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
      long coveredFrom = footerAt - 8; // the end marker stands between
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

  private static void verify(ReadableFile file, Parsed parsed, long size) throws IOException {
    String stored = parsed.footer.metadata.get(IpcEncoder.FOOTER_CRC);
    long from = parsed.coveredFrom;
    List<FileBlock> blocks =
        parsed.footer.batches.isEmpty() ? parsed.footer.dictionaries : parsed.footer.batches;
    if (!blocks.isEmpty() && blocks.get(blocks.size() - 1).end() != from) {
      throw new DamagedFileException(
          file.path(),
          from,
          "the footer does not follow the last batch, which ends at byte "
              + blocks.get(blocks.size() - 1).end());
    }
    if (stored == null || !stored.matches("[0-9a-f]{8}")) {
      throw new DamagedFileException(file.path(), from, "the footer has no aw.footer_crc");
    }
    ByteBuffer covered = ByteBuffer.allocate((int) (size - from));
    file.readFully(covered, from);
    for (int i = 0; i < 8; i++) {
      covered.put((int) (parsed.crcAt - from) + i, (byte) '0');
    }
    CRC32 crc = new CRC32();
    crc.update(covered.flip());
    if (!stored.equals(Text.of("%08x", crc.getValue()))) {
      throw new DamagedFileException(
          file.path(),
          from,
          Text.of("the footer's checksum is %08x, expected %s", crc.getValue(), stored));
    }
  }
}
