// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.arrowworld.internal.ipc.BodyLayout;
import org.arrowworld.internal.ipc.Frame;
import org.arrowworld.internal.ipc.IpcEncoder;
import org.arrowworld.internal.ipc.Scratch;
import org.arrowworld.internal.ipc.Words;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * Writes one live segment: an IPC stream whose messages become visible prefix last (spec L-17 to
 * L-19). Used by one thread. Closing adds nothing to the file.
 */
final class SegmentWriter implements Closeable {
  private static final int ALIGNMENT_BYTES = 8;

  private final WritableFile file;
  private final RoomAhead room;
  private final SegmentFormat.Header header;
  private final KeyTable keys;
  private final BatchEncoder encoder;
  private final ChainDigest chain;
  private final Scratch dictionaryScratch = new Scratch();
  private final Scratch batchScratch = new Scratch();
  private int keysWritten;
  private long position;
  private long dictionaryBytes;
  private long nextSeq;
  private long forcedSeq;
  private long forcedBytes;
  private long commitBytes;
  private boolean broken;
  private CRC32 crc;

  private SegmentWriter(
      WritableFile file,
      SegmentFormat.Header header,
      KeyTable keys,
      BatchEncoder encoder,
      ChainDigest chain) {
    this.file = file;
    this.room = new RoomAhead(file);
    this.header = header;
    this.keys = keys;
    this.encoder = encoder;
    this.chain = chain;
    this.nextSeq = header.start().seq();
    this.forcedSeq = nextSeq;
  }

  /** Creates a segment: header written, forced and renamed into place as one unit. */
  static SegmentWriter create(
      Storage storage,
      SegmentFormat.Header header,
      KeyTable keys,
      BatchEncoder.WordLookup words,
      ChainDigest chain)
      throws IOException {
    List<Key> known = keys.from(0);
    String path = SegmentFormat.livePath(header.start().seq());
    ByteBuffer bytes = header(header, known);
    AtomicFiles.write(storage, path, bytes.duplicate());
    BatchEncoder encoder = new BatchEncoder(keys, words, header.strings(), ALIGNMENT_BYTES);
    SegmentWriter writer = new SegmentWriter(storage.openWrite(path), header, keys, encoder, chain);
    writer.keysWritten = known.size();
    writer.position = bytes.remaining();
    writer.forcedBytes = bytes.remaining();
    writer.crc = firstCrc(header);
    writer.crc.update(bytes);
    return writer;
  }

  /** The checksum a segment's first batch continues (spec B-2). */
  static CRC32 firstCrc(SegmentFormat.Header header) {
    CRC32 crc = new CRC32();
    crc.update(header.store().bytes());
    ByteBuffer seq = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    crc.update(seq.putLong(header.start().seq()).flip());
    return crc;
  }

  /** The checksum a later batch continues (spec B-2). */
  static CRC32 nextCrc(int stored) {
    CRC32 crc = new CRC32();
    crc.update(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(stored).flip());
    return crc;
  }

  private static ByteBuffer header(SegmentFormat.Header header, List<Key> keys) {
    List<Frame> frames = new ArrayList<>();
    IpcEncoder.Metadata schema =
        IpcEncoder.schemaMessage(
            SegmentFormat.fields(header), SegmentFormat.metadata(header, keys));
    frames.add(Frame.of(schema, 0, 0, ALIGNMENT_BYTES));
    frames.add(dictionary(SegmentFormat.KEY_DICTIONARY, names(keys), new Scratch()));
    if (header.strings()) {
      frames.add(dictionary(SegmentFormat.TEXT_DICTIONARY, List.of(), new Scratch()));
    }
    ByteBuffer all = ByteBuffer.allocate(frames.stream().mapToInt(Frame::lengthBytes).sum());
    frames.forEach(frame -> all.put(frame.all()));
    return all.flip();
  }

  private static List<byte[]> names(List<Key> keys) {
    return keys.stream().map(k -> k.name().getBytes(StandardCharsets.UTF_8)).toList();
  }

  private static Frame dictionary(long id, List<byte[]> words, Scratch scratch) {
    BodyLayout layout = Words.layout(words, ALIGNMENT_BYTES);
    IpcEncoder.Metadata message = IpcEncoder.dictionaryMessage(id, layout);
    int bodyBytes = Math.toIntExact(layout.lengthBytes());
    // Messages are 8-aligned everywhere, so the layout does not depend on the offset.
    Frame frame = Frame.of(message, bodyBytes, 0, ALIGNMENT_BYTES, scratch);
    Words.fill(words, layout, frame.body());
    return frame;
  }

  /**
   * Writes rows {@code [from, to)} as one batch, filling in the commit rows' chains.
   *
   * @param rows the rows, which may be appended to meanwhile; the patterns of commit rows are set
   * @param keyCount how many keys were declared when the rows were handed over
   */
  void write(Triples rows, int from, int to, int keyCount) throws IOException {
    int count = to - from;
    broken = true;
    encoder.newDictionary();
    encoder.scan(rows, from, to);
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(SegmentFormat.FIRST_SEQ, SegmentFormat.digits20(nextSeq));
    metadata.put(IpcEncoder.BATCH_CRC, IpcEncoder.OPEN_CRC);
    if (forcedSeq < nextSeq) {
      metadata.put(SegmentFormat.SYNCED, SegmentFormat.digits20(forcedSeq));
    }
    if (keyCount > keysWritten) {
      List<Key> declared = keys.from(0).subList(0, keyCount);
      publish(dictionary(SegmentFormat.KEY_DICTIONARY, names(declared), dictionaryScratch));
      metadata.put(SegmentFormat.KEYS, SchemaJson.keys(declared.subList(keysWritten, keyCount)));
      keysWritten = keyCount;
    }
    if (encoder.hasText(count)) {
      List<byte[]> words = encoder.dictionary();
      Frame frame = dictionary(SegmentFormat.TEXT_DICTIONARY, words, dictionaryScratch);
      dictionaryBytes += frame.lengthBytes() - frame.metadataBytes();
      publish(frame);
    }
    BodyLayout layout = encoder.layout(count, header.keyBytes());
    IpcEncoder.Metadata message = IpcEncoder.recordBatchMessage(layout, metadata);
    int bodyBytes = Math.toIntExact(layout.lengthBytes());
    Frame frame = Frame.of(message, bodyBytes, position, ALIGNMENT_BYTES, batchScratch);
    encoder.fill(rows, from, to, layout, header.keyBytes(), frame.body());
    fillCommits(rows, from, to, layout, frame.body());
    int stored = frame.seal(crc);
    show(frame);
    crc = nextCrc(stored);
    nextSeq += count;
    broken = false;
  }

  private void fillCommits(Triples rows, int from, int to, BodyLayout layout, ByteBuffer body) {
    char[] keyCodes = rows.keys();
    int tickFrom = from;
    for (int row = from; row < to; row++) {
      if (keyCodes[row] == KeyTable.COMMIT) {
        encoder.digest(rows, from, tickFrom, row, layout, body, chain);
        long digest = chain.commit(rows.ticks()[row]);
        rows.val(row, digest);
        body.putLong((int) layout.bufferOffset(TripleLayout.VALS) + 8 * (row - from), digest);
        tickFrom = row + 1;
      }
    }
    encoder.digest(rows, from, tickFrom, to, layout, body, chain);
  }

  /** Adds a finished frame to the checksum and shows it. */
  private void publish(Frame frame) throws IOException {
    crc.update(frame.all());
    show(frame);
  }

  /** Writes all but the prefix, then the prefix. */
  private void show(Frame frame) throws IOException {
    ByteBuffer bytes = frame.all();
    file.write(bytes.slice(8, bytes.capacity() - 8), position + 8);
    file.write(bytes.slice(0, 8), position);
    position += frame.lengthBytes();
  }

  void force() throws IOException {
    file.force();
    forcedSeq = nextSeq;
    commitBytes = position - forcedBytes;
    forcedBytes = position;
  }

  /**
   * Makes room for the commits to come, once everything is forced.
   *
   * @param limit size at which the segment ends
   */
  void makeRoom(long limit) throws IOException {
    if (forcedBytes == position) {
      room.extend(position, commitBytes, limit);
    }
  }

  /** Width of key codes. */
  int keyBytes() {
    return header.keyBytes();
  }

  /** Bytes of the dictionaries of words written so far, most words counted more than once. */
  long dictionaryBytes() {
    return dictionaryBytes;
  }

  /** Bytes of the file so far. */
  long bytes() {
    return position;
  }

  /** Cuts off the room; a file whose last write failed stays as that left it. */
  @Override
  public void close() throws IOException {
    try (file) {
      if (!broken) {
        room.cut(position);
      }
    }
  }
}
