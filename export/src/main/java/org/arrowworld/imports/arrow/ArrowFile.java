// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/**
 * An Arrow IPC file or stream of anyone, its schema and the places of its messages known. A file is
 * read by its footer, a stream from front to back. One thread; closing closes the file.
 */
public final class ArrowFile implements Closeable {
  private static final String MAGIC = "ARROW1";
  private static final String FEATHER_1 = "FEA1";
  private static final int TAIL_BYTES = Integer.BYTES + MAGIC.length();
  private static final int MAX_FOOTER_BYTES = 256 << 20;

  /** How messages are found. */
  public enum Form {
    FILE,
    STREAM
  }

  private final ReadableFile file;
  private final Form form;
  private final ArrowSchema schema;
  private final List<ArrowBlock> dictionaries;

  /** Of a stream dictionaries and batches in their order, of a file its batches. */
  private final List<ArrowBlock> batches;

  private ArrowFile(
      ReadableFile file, Form form, ArrowSchema schema, List<List<ArrowBlock>> blocks) {
    this.file = file;
    this.form = form;
    this.schema = schema;
    this.dictionaries = blocks.get(0);
    this.batches = blocks.get(1);
  }

  /**
   * Opens a file and finds its messages.
   *
   * @throws DamagedFileException if it is cut or damaged
   * @throws InvalidUseException if it is of a kind that is not read, by its name
   */
  public static ArrowFile open(Storage storage, String path) throws IOException {
    ReadableFile file = storage.openRead(path);
    try {
      return open(file);
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static ArrowFile open(ReadableFile file) throws IOException {
    String head = text(file, 0, 8);
    if (head.startsWith(FEATHER_1)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read %s: it is a Feather file of version 1; read it with pyarrow.feather and write it again, as version 2",
              file.path()));
    }
    try {
      return head.startsWith(MAGIC) ? byFooter(file) : stream(file);
    } catch (InvalidUseException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      throw new DamagedFileException(file.path(), -1, "its Arrow metadata is malformed", e);
    }
  }

  /** Whether a file is an Arrow file, or begins as a stream of Arrow's messages. */
  public static boolean isArrow(ReadableFile file) throws IOException {
    String head = text(file, 0, 8);
    return head.startsWith(MAGIC) || head.startsWith(FEATHER_1) || ArrowMessage.begins(file);
  }

  private static String text(ReadableFile file, long at, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, Math.min(count, file.size() - at)));
    file.readFully(bytes, at);
    return new String(bytes.array(), StandardCharsets.ISO_8859_1);
  }

  private static ArrowFile byFooter(ReadableFile file) throws IOException {
    long size = file.size();
    if (size < 8 + TAIL_BYTES || !text(file, size - MAGIC.length(), MAGIC.length()).equals(MAGIC)) {
      throw new DamagedFileException(
          file.path(), size, "an Arrow file ends in ARROW1; it is cut, or was never closed");
    }
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(length, size - TAIL_BYTES);
    int bytes = length.getInt(0);
    long at = size - TAIL_BYTES - bytes;
    if (bytes <= 0 || bytes > MAX_FOOTER_BYTES || at < MAGIC.length()) {
      throw new DamagedFileException(
          file.path(),
          size - TAIL_BYTES,
          Text.of(
              "its footer would have %s bytes, the file has %d",
              Integer.toUnsignedString(bytes), size));
    }
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(buffer, at);
    Footer footer = Footer.getRootAsFooter(buffer.flip());
    if (footer.version() > MetadataVersion.V5) { // some writers left it at the first; batches tell
      ArrowMessage.requireVersion(file.path(), footer.version());
    }
    ArrowSchema schema = ArrowSchema.of(file.path(), footer.schema());
    List<ArrowBlock> dictionaries = new ArrayList<>();
    for (int i = 0; i < footer.dictionariesLength(); i++) {
      dictionaries.add(block(file, footer.dictionaries(i), at));
    }
    List<ArrowBlock> batches = new ArrayList<>();
    for (int i = 0; i < footer.recordBatchesLength(); i++) {
      batches.add(block(file, footer.recordBatches(i), at));
    }
    requireApart(file, dictionaries, batches);
    return new ArrowFile(file, Form.FILE, schema, List.of(dictionaries, batches));
  }

  private static ArrowBlock block(ReadableFile file, Block block, long footerAt)
      throws DamagedFileException {
    ArrowBlock found = new ArrowBlock(block.offset(), block.metaDataLength(), block.bodyLength());
    boolean inside =
        found.offset() >= 0
            && found.metadataBytes() >= 2 * Integer.BYTES
            && found.bodyBytes() >= 0
            && found.offset() <= footerAt
            && found.metadataBytes() <= footerAt - found.offset()
            && found.bodyBytes() <= footerAt - found.offset() - found.metadataBytes();
    if (!inside) {
      throw new DamagedFileException(
          file.path(), footerAt, "its footer names a batch outside the file");
    }
    return found;
  }

  /** Blocks that share bytes would make a small file a large one. */
  private static void requireApart(
      ReadableFile file, List<ArrowBlock> dictionaries, List<ArrowBlock> batches)
      throws DamagedFileException {
    List<ArrowBlock> all = new ArrayList<>(dictionaries);
    all.addAll(batches);
    all.sort(Comparator.comparingLong(ArrowBlock::offset));
    for (int i = 1; i < all.size(); i++) {
      if (all.get(i).offset() < all.get(i - 1).end()) {
        throw new DamagedFileException(
            file.path(), all.get(i).offset(), "its footer names two batches that overlap");
      }
    }
  }

  private static ArrowFile stream(ReadableFile file) throws IOException {
    long size = file.size();
    ArrowMessage message = ArrowMessage.read(file, 0, size);
    if (message == null || message.kind() != ArrowMessage.Kind.SCHEMA) {
      throw new DamagedFileException(
          file.path(), 0, "expected an Arrow file, or a stream that begins with a schema");
    }
    ArrowSchema schema = ArrowSchema.of(file.path(), message.schema());
    List<ArrowBlock> blocks = new ArrayList<>();
    long at = message.end();
    for (message = ArrowMessage.read(file, at, size);
        message != null;
        message = ArrowMessage.read(file, at, size)) {
      if (message.kind() == ArrowMessage.Kind.SCHEMA) {
        throw new DamagedFileException(file.path(), at, "a second schema in the stream");
      }
      int metadata = (int) (message.bodyOffset() - message.offset());
      blocks.add(new ArrowBlock(message.offset(), metadata, message.bodyBytes()));
      at = message.end();
    }
    if (at < size && !isZero(text(file, at, 16)) && !text(file, at, 8).equals(END)) {
      throw new DamagedFileException(file.path(), at, "bytes follow the end of the stream");
    }
    if (size - at > 16) {
      throw new DamagedFileException(file.path(), at, "bytes follow the end of the stream");
    }
    return new ArrowFile(file, Form.STREAM, schema, List.of(List.of(), blocks));
  }

  private static final String END = "\u00FF\u00FF\u00FF\u00FF\0\0\0\0";

  private static boolean isZero(String bytes) {
    return bytes.chars().allMatch(c -> c == 0);
  }

  /** Whether it is a file or a stream. */
  public Form form() {
    return form;
  }

  /** The names of its fields with their types, as pyarrow writes them; names may stand twice. */
  public List<String[]> columns() {
    return schema.fields().stream().map(f -> new String[] {f.name(), f.label()}).toList();
  }

  /** The schema's metadata. */
  public java.util.Map<String, String> metadata() {
    return schema.metadata();
  }

  /** Rows of all batches, as their metadata says. */
  public long rows() throws IOException {
    long rows = 0;
    for (ArrowBlock block : batches) {
      ArrowMessage message = message(block);
      if (message.kind() == ArrowMessage.Kind.BATCH) {
        rows = Math.addExact(rows, rows(message));
      }
    }
    return rows;
  }

  /** How many batches of rows there are. */
  public int batchCount() throws IOException {
    int count = 0;
    for (ArrowBlock block : batches) {
      count += message(block).kind() == ArrowMessage.Kind.BATCH ? 1 : 0;
    }
    return count;
  }

  /** How its first batch is stored: {@code none}, {@code lz4} or {@code zstd}. */
  public String codec() throws IOException {
    for (ArrowBlock block : batches) {
      ArrowMessage message = message(block);
      if (message.kind() == ArrowMessage.Kind.BATCH) {
        return switch (message.codec(path())) {
          case PLAIN -> "none";
          case LZ4 -> "lz4";
          case ZSTD -> "zstd";
        };
      }
    }
    return "none";
  }

  String path() {
    return file.path();
  }

  ReadableFile file() {
    return file;
  }

  /** Its length in bytes. */
  public long sizeBytes() throws IOException {
    return file.size();
  }

  ArrowSchema schema() {
    return schema;
  }

  List<ArrowBlock> dictionaries() {
    return dictionaries;
  }

  List<ArrowBlock> batches() {
    return batches;
  }

  ArrowMessage message(ArrowBlock block) throws IOException {
    return ArrowMessage.read(file, block);
  }

  /** Rows of a batch. */
  int rows(ArrowMessage message) throws DamagedFileException {
    long rows;
    try {
      rows = message.batch().length();
    } catch (RuntimeException e) {
      throw ArrowMessage.malformed(path(), message.offset(), e);
    }
    if (rows < 0 || rows > Integer.MAX_VALUE - 8) {
      throw new DamagedFileException(
          path(), message.offset(), Text.of("a batch of %d rows, more than a table holds", rows));
    }
    return (int) rows;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
