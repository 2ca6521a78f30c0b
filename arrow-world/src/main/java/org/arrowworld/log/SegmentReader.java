// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.BodyCodec;
import org.arrowworld.internal.ipc.BodyReader;
import org.arrowworld.internal.ipc.IpcEncoder;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.internal.ipc.IpcSchema;
import org.arrowworld.internal.ipc.RegionFile;
import org.arrowworld.internal.ipc.Scratch;
import org.arrowworld.internal.ipc.Words;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/**
 * Reads the batches of one segment, sealed or live, each verified against its checksum before a
 * value is used (spec B-4). Used by one thread at a time.
 */
final class SegmentReader implements Closeable {
  private final ReadableFile file;
  private final long firstMessage;
  private final IpcSchema schema;
  private final SegmentFormat.Header header;
  private final KeyTable keys;
  private final Scratch scratch;
  private final Dictionaries dictionaries;
  private final BodyReader batchReader;
  private Words sealedWords;
  private SegmentIndex.Head head;

  private SegmentReader(
      ReadableFile file, long firstMessage, IpcSchema schema, KeyTable keys, ReadMemory memory)
      throws IOException {
    this.file = file;
    this.firstMessage = firstMessage;
    this.schema = schema;
    this.header = SegmentFormat.header(file.path(), schema);
    this.keys = keys;
    this.scratch = memory.region();
    this.dictionaries = new Dictionaries(keys, memory.words().withFile(file.size()));
    this.batchReader = memory.batches().withFile(file.size());
  }

  /** Opens a segment with memory of its own. */
  static SegmentReader open(Storage storage, String path, long firstMessage) throws IOException {
    return open(storage, path, firstMessage, new ReadMemory());
  }

  /**
   * Opens a segment and reads its header.
   *
   * @param firstMessage where its first message stands: 0 in streams, 8 in files
   * @param memory for reading; may be shared with readers of other segments
   */
  static SegmentReader open(Storage storage, String path, long firstMessage, ReadMemory memory)
      throws IOException {
    ReadableFile file = storage.openRead(path);
    try {
      IpcMessage message = IpcMessage.read(file, firstMessage, file.size());
      if (message == null || message.kind() != IpcMessage.Kind.SCHEMA) {
        throw new DamagedFileException(path, firstMessage, "it does not begin with a schema");
      }
      IpcSchema schema = message.schema();
      KeyTable keys = new KeyTable(List.of());
      SegmentReader reader = new SegmentReader(file, firstMessage, schema, keys, memory);
      declare(keys, path, schema.metadata().get(SegmentFormat.KEYS));
      return reader;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Whether a file begins as an IPC file does, rather than as a stream. */
  static boolean isFile(Storage storage, String path) throws IOException {
    try (ReadableFile file = storage.openRead(path)) {
      ByteBuffer magic = ByteBuffer.allocate(8);
      if (file.size() < magic.capacity()) {
        return false;
      }
      file.readFully(magic, 0);
      return new String(magic.array(), StandardCharsets.US_ASCII).equals("ARROW1\0\0");
    }
  }

  private static void declare(KeyTable keys, String path, String json) throws IOException {
    try {
      for (Key key : SchemaJson.keys(path, json == null ? "[]" : json)) {
        keys.add(key);
      }
    } catch (InvalidUseException e) {
      throw new DamagedFileException(path, -1, "its aw.keys are invalid: " + e.getMessage(), e);
    }
  }

  /** The schema message as it stands in the file. */
  IpcSchema schema() {
    return schema;
  }

  SegmentFormat.Header header() {
    return header;
  }

  /** The keys declared so far: by the header, and by the batches read. */
  KeyTable keys() {
    return keys;
  }

  String path() {
    return file.path();
  }

  ReadableFile file() {
    return file;
  }

  long firstMessage() {
    return firstMessage;
  }

  /**
   * Where the header of a live segment ends, which is published whole (spec L-17).
   *
   * @throws DamagedFileException if it lacks a part, or one of them is not as it was written
   */
  long headerEnd() throws IOException {
    return dictionaries.headerEnd(file, header.strings(), scratch);
  }

  /** Words of the dictionaries before the first batch. */
  long wordCount() throws IOException {
    long words = 0;
    IpcMessage message = IpcMessage.read(file, firstMessage, file.size());
    while (message != null && message.kind() != IpcMessage.Kind.RECORD_BATCH) {
      if (message.kind() == IpcMessage.Kind.DICTIONARY) {
        words += message.rows();
      }
      message = IpcMessage.read(file, message.end(), file.size());
    }
    return words;
  }

  /** How the first batch is compressed; not at all, where there is none. */
  BodyCodec codec() throws IOException {
    IpcMessage message = batchFrom(firstMessage, file.size());
    return message == null ? BodyCodec.NONE : message.codec();
  }

  /** The first batch's message behind a byte, or null. */
  private IpcMessage batchFrom(long at, long size) throws IOException {
    IpcMessage message = IpcMessage.read(file, at, size);
    while (message != null && message.kind() != IpcMessage.Kind.RECORD_BATCH) {
      message = IpcMessage.read(file, message.end(), size);
    }
    return message;
  }

  /** Forgets the words of a sealed segment; the next read reads them again. */
  void forget() {
    sealedWords = null;
  }

  /** A verified batch and the extent of its bytes. */
  record Verified(TripleBatch batch, SegmentIndex.Entry entry) {}

  /**
   * Finds, reads and verifies the batch that begins at a byte, or null where the segment ends.
   *
   * @param from end of the previous batch, 0 for the first
   * @param previousCrc stored checksum of the previous batch, unused for the first
   */
  Verified next(long from, int previousCrc) throws IOException {
    long size = file.size();
    try {
      return next(from, previousCrc, size);
    } catch (DamagedFileException | EOFException e) {
      long now = file.size();
      if (now == size) {
        throw e;
      }
      return next(from, previousCrc, now); // it was being written when its size was taken
    }
  }

  private Verified next(long from, int previousCrc, long size) throws IOException {
    IpcMessage message = batchFrom(Math.max(from, firstMessage), size);
    if (message == null) {
      return null;
    }
    Checked checked = verified(from, message.end(), previousCrc);
    return new Verified(checked.batch, entry(checked.batch, from, message.end(), checked.crc));
  }

  /** Reads a batch known from an index; the batch before it tells the checksum it continues. */
  TripleBatch read(List<SegmentIndex.Entry> entries, int index) throws IOException {
    if (index > 0) {
      loadWords(entries.get(0));
    }
    return read(entries.get(index), index == 0 ? 0 : entries.get(index - 1).crc());
  }

  /** Reads a batch whose words, where the segment is sealed, were loaded or stand before it. */
  TripleBatch read(SegmentIndex.Entry entry, int previousCrc) throws IOException {
    Checked checked = verified(entry.from(), entry.to(), previousCrc);
    TripleBatch batch = checked.batch;
    // The checksum too: by now the file of this name may be another one.
    if (batch.firstSeq() != entry.firstSeq()
        || batch.rows() != entry.rows()
        || checked.crc != entry.crc()) {
      throw another(entry);
    }
    return batch;
  }

  /**
   * The bytes of a batch known from an index, and of the messages before it, as they stand in the
   * file: verified to be those that were indexed. Valid until this reader reads again.
   */
  RegionFile stored(List<SegmentIndex.Entry> entries, int index) throws IOException {
    SegmentIndex.Entry entry = entries.get(index);
    int previousCrc = index == 0 ? 0 : entries.get(index - 1).crc();
    RegionFile region = RegionFile.read(file, entry.from(), entry.to(), scratch);
    IpcMessage batch = lastMessage(region, Math.max(entry.from(), firstMessage), entry.to());
    if (checkCrc(region, batch, entry.from(), entry.to(), previousCrc) != entry.crc()) {
      throw another(entry);
    }
    return region;
  }

  private DamagedFileException another(SegmentIndex.Entry entry) {
    return new DamagedFileException(path(), entry.from(), "the batch is not the one indexed here");
  }

  /** Takes in what a sealed segment's footer says of the bytes before its first batch. */
  void knowHead(SegmentIndex.Head stated) {
    head = stated;
  }

  /**
   * Takes in the dictionaries of a sealed segment, which stand before its first batch: by the
   * checksum that its footer has for them, else by reading that batch.
   */
  void loadWords(SegmentIndex.Entry first) throws IOException {
    if (firstMessage == 0 || !header.strings() || sealedWords != null) {
      return;
    }
    if (head == null) {
      read(first, 0);
      return;
    }
    RegionFile region = RegionFile.read(file, 0, head.lengthBytes(), scratch);
    SegmentIndex.Head found = headOf(region, head.lengthBytes());
    if (!found.equals(head)) {
      throw new DamagedFileException(
          path(),
          0,
          Text.of(
              "the checksum of bytes 0 to %d is %08x, expected %08x",
              head.lengthBytes(), found.crc(), head.crc()));
    }
    sealedWords = dictionaries.read(region, firstMessage, head.lengthBytes(), Words.none()).copy();
  }

  /** What its footer should say of the bytes before the first batch. */
  SegmentIndex.Head head() throws IOException {
    long lengthBytes = batchFrom(firstMessage, file.size()).offset();
    return headOf(RegionFile.read(file, 0, lengthBytes, scratch), lengthBytes);
  }

  private SegmentIndex.Head headOf(RegionFile region, long lengthBytes) throws IOException {
    CRC32 crc = SegmentWriter.firstCrc(header);
    crc.update(region.slice(0, lengthBytes));
    return new SegmentIndex.Head(lengthBytes, (int) crc.getValue());
  }

  /**
   * Another reader of the same segment, of which this one knows every batch, for another thread. It
   * shares the open file and must not outlive this one; it is not closed.
   *
   * @param memory what batches are read into
   */
  SegmentReader sibling(List<SegmentIndex.Entry> entries, ReadMemory memory) throws IOException {
    if (!entries.isEmpty()) {
      loadWords(entries.get(0));
    }
    return knowing(keys, memory);
  }

  /** As {@link #sibling}, by somebody who knows all keys that its batches may declare. */
  SegmentReader knowing(KeyTable allKeys, ReadMemory memory) throws IOException {
    SegmentReader sibling = new SegmentReader(file, firstMessage, schema, allKeys, memory);
    sibling.sealedWords = sealedWords;
    sibling.head = head;
    sibling.nextDeclaration = Long.MAX_VALUE;
    return sibling;
  }

  /** Takes over the keys that another reader of the same segment has met. */
  void learn(SegmentReader other) {
    other.keys.from(keys.size()).forEach(keys::add);
    nextDeclaration = other.nextDeclaration;
  }

  private record Checked(TripleBatch batch, int crc) {}

  private Checked verified(long from, long to, int previousCrc) throws IOException {
    if (to - from > Integer.MAX_VALUE - 64) {
      throw new DamagedFileException(path(), from, Text.of("a batch of %d bytes", to - from));
    }
    RegionFile region = RegionFile.read(file, from, to, scratch);
    IpcMessage batch = lastMessage(region, Math.max(from, firstMessage), to);
    int stored = checkCrc(region, batch, from, to, previousCrc);
    Words words = readDictionaries(region, Math.max(from, firstMessage), batch);
    TripleBatch rows =
        TripleBatch.checked(
            batch,
            batch.batch(
                region.slice(batch.bodyOffset(), batch.bodyBytes()), schema.fields(), batchReader),
            header,
            keys,
            words);
    return new Checked(rows, stored);
  }

  private static IpcMessage lastMessage(RegionFile region, long at, long to) throws IOException {
    IpcMessage message = IpcMessage.read(region, at, to);
    while (message != null && message.end() < to) {
      message = IpcMessage.read(region, message.end(), to);
    }
    if (message == null || message.kind() != IpcMessage.Kind.RECORD_BATCH) {
      throw new DamagedFileException(
          region.path(), at, "expected a record batch that ends at " + to);
    }
    return message;
  }

  private int checkCrc(RegionFile region, IpcMessage batch, long from, long to, int previousCrc)
      throws DamagedFileException {
    long digitsAt = batch.customMetadataOffset(IpcEncoder.BATCH_CRC);
    String stored = batch.customMetadata().getOrDefault(IpcEncoder.BATCH_CRC, "");
    if (!Digits.areHex(stored, 8) || digitsAt < from || digitsAt + 8 > to) {
      throw batch.damaged("the batch has no aw.crc");
    }
    CRC32 crc = from == 0 ? SegmentWriter.firstCrc(header) : SegmentWriter.nextCrc(previousCrc);
    crc.update(region.slice(from, digitsAt - from));
    crc.update(IpcEncoder.OPEN_CRC.getBytes(StandardCharsets.US_ASCII));
    crc.update(region.slice(digitsAt + 8, to - digitsAt - 8));
    String computed = Digits.hex8((int) crc.getValue());
    if (!computed.equals(stored)) {
      throw batch.damaged(
          Text.of("the checksum of bytes %d to %d is %s, expected %s", from, to, computed, stored));
    }
    return Integer.parseUnsignedInt(stored, 16);
  }

  /** Takes in the dictionaries before a verified batch, and the keys it declares. */
  private Words readDictionaries(RegionFile region, long at, IpcMessage batch) throws IOException {
    String declared = batch.customMetadata().get(SegmentFormat.KEYS);
    if (declared != null && batch.offset() >= nextDeclaration) {
      declare(keys, path(), declared);
      nextDeclaration = batch.end();
    }
    Words before = sealedWords == null ? Words.none() : sealedWords;
    Words words = dictionaries.read(region, at, batch.offset(), before);
    if (firstMessage > 0 && sealedWords == null) {
      sealedWords = words.copy();
    }
    return words;
  }

  /** Declarations in batches before this offset were taken in already. */
  private long nextDeclaration;

  private static SegmentIndex.Entry entry(TripleBatch batch, long from, long to, int crc) {
    int ridMin = -1;
    int ridMax = 0;
    for (int row = 0; row < batch.rows(); row++) {
      int rid = batch.rid(row);
      ridMin = Integer.compareUnsigned(rid, ridMin) < 0 ? rid : ridMin;
      ridMax = Integer.compareUnsigned(rid, ridMax) > 0 ? rid : ridMax;
    }
    long tickMin = batch.rows() == 0 ? 0 : batch.tick(0);
    long tickMax = batch.rows() == 0 ? 0 : batch.tick(batch.rows() - 1);
    return new SegmentIndex.Entry(
        from, to, batch.firstSeq(), batch.rows(), tickMin, tickMax, ridMin, ridMax, crc);
  }

  /** An error about what its footer says. */
  DamagedFileException wrongFooter(String finding) {
    return new DamagedFileException(path(), -1, finding);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
