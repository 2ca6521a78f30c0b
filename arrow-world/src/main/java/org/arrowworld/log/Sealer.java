package org.arrowworld.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.ipc.BodyLayout;
import org.arrowworld.internal.ipc.Frame;
import org.arrowworld.internal.ipc.IpcEncoder;
import org.arrowworld.internal.ipc.IpcFileWriter;
import org.arrowworld.internal.ipc.Scratch;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * Turns the valid part of a live segment into a sealed one: an IPC file with one complete
 * dictionary per field, larger batches and an index in its footer (spec L-20).
 */
final class Sealer {
  /** Rows a sealed batch holds at least, the last one excepted. */
  private static final int BATCH_ROWS = 131_072;

  private static final int ALIGNMENT_BYTES = 64;

  private final SegmentReader live;
  private final SegmentIndex index;
  private final SegmentFormat.Header header;
  private final Map<Integer, byte[]> words = new HashMap<>();
  private final BatchEncoder encoder;
  private final Scratch scratch = new Scratch();
  private final List<SegmentIndex.Entry> entries = new ArrayList<>();

  private Sealer(SegmentReader live, SegmentIndex index) {
    this.live = live;
    this.index = index;
    SegmentFormat.Header old = live.header();
    this.header =
        new SegmentFormat.Header(
            old.store(),
            old.schemaVersion(),
            old.start(),
            old.strings(),
            SegmentFormat.keyBytes(live.keys().size()));
    this.encoder = new BatchEncoder(live.keys(), words::get, old.strings(), ALIGNMENT_BYTES);
  }

  /**
   * Seals the committed part of a live segment and deletes the live file. A segment without a
   * committed row is only deleted.
   *
   * @throws DamagedFileException if the segment is damaged rather than torn; nothing is changed
   */
  static void seal(Storage storage, long firstSeq) throws IOException {
    String livePath = SegmentFormat.livePath(firstSeq);
    try (SegmentReader live = SegmentReader.open(storage, livePath, 0)) {
      SegmentIndex index = SegmentIndexer.live(live);
      if (index.tail().kind() == Tail.Kind.DAMAGED) {
        throw new DamagedFileException(
            livePath,
            index.tail().offset(),
            index.tail().finding() + "; run aw recover to save what can be read");
      }
      if (index.end().seq() > firstSeq) {
        new Sealer(live, index).write(storage);
      }
    }
    storage.delete(livePath);
    storage.forceDirectory(SegmentFormat.LIVE);
  }

  private void write(Storage storage) throws IOException {
    String path = SegmentFormat.sealedPath(header.start().seq());
    String temporary = path + AtomicFiles.UNFINISHED;
    AtomicFiles.discard(storage, temporary);
    collectWords();
    KeyTable keys = live.keys();
    CRC32 crc = SegmentWriter.firstCrc(header);
    try (WritableFile file = storage.create(temporary)) {
      IpcFileWriter out =
          new IpcFileWriter(
              file,
              SegmentFormat.fields(header),
              SegmentFormat.metadata(header, keys.from(0)),
              crc);
      out.dictionary(
          SegmentFormat.KEY_DICTIONARY,
          keys.from(0).stream().map(k -> k.name().getBytes(StandardCharsets.UTF_8)).toList());
      if (header.strings()) {
        out.dictionary(SegmentFormat.TEXT_DICTIONARY, encoder.dictionary());
      }
      writeBatches(out, crc);
      out.finish(SegmentIndexer.footerMetadata(entries, index.end().chain()));
    }
    AtomicFiles.publish(storage, temporary, path);
  }

  /** Fills the encoder's dictionary with every word of the valid part, in row order. */
  private void collectWords() throws IOException {
    if (!header.strings()) {
      return;
    }
    Triples rows = new Triples(BATCH_ROWS);
    for (int i = 0; i < index.batches().size(); i++) {
      TripleBatch batch = live.read(index.batches(), i);
      int count = committedRows(batch);
      for (int row = 0; row < count; row++) {
        byte[] word = batch.utf8(row);
        if (word != null) {
          words.putIfAbsent((int) Values.toInteger(batch.val(row)), word);
        }
      }
      rows.clear();
      batch.copyTo(rows, 0, count);
      encoder.scan(rows, 0, count);
    }
  }

  private int committedRows(TripleBatch batch) {
    return (int) Math.max(0, Math.min(batch.rows(), index.end().seq() - batch.firstSeq()));
  }

  private void writeBatches(IpcFileWriter out, CRC32 firstCrc) throws IOException {
    CRC32 crc = firstCrc;
    Triples rows = new Triples(BATCH_ROWS * 2);
    long nextSeq = header.start().seq();
    for (int i = 0; i < index.batches().size(); i++) {
      TripleBatch batch = live.read(index.batches(), i);
      batch.copyTo(rows, 0, committedRows(batch));
      boolean last = nextSeq + rows.size() == index.end().seq();
      if (rows.size() >= BATCH_ROWS || (last && rows.size() > 0)) {
        int stored = writeBatch(out, rows, nextSeq, crc);
        crc = SegmentWriter.nextCrc(stored);
        nextSeq += rows.size();
        rows.clear();
      }
    }
  }

  private int writeBatch(IpcFileWriter out, Triples rows, long firstSeq, CRC32 crc)
      throws IOException {
    int count = rows.size();
    encoder.scan(rows, 0, count);
    BodyLayout layout = encoder.layout(count, header.keyBytes());
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(SegmentFormat.FIRST_SEQ, SegmentFormat.digits20(firstSeq));
    metadata.put(IpcEncoder.BATCH_CRC, IpcEncoder.OPEN_CRC);
    IpcEncoder.Metadata message = IpcEncoder.recordBatchMessage(layout, metadata);
    int bodyBytes = Math.toIntExact(layout.lengthBytes());
    Frame frame = Frame.of(message, bodyBytes, out.position(), ALIGNMENT_BYTES, scratch);
    encoder.fill(rows, 0, count, layout, header.keyBytes(), frame.body());
    int stored = frame.seal(crc);
    long from = out.batch(frame);
    entries.add(SegmentIndex.Entry.of(rows, firstSeq, from, out.position(), stored));
    return stored;
  }
}
