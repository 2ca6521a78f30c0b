// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
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
import org.arrowworld.internal.ipc.StoredBody;
import org.arrowworld.internal.ipc.ZstdCompressor;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * Writes sealed segments: an IPC file with one complete dictionary per field, larger batches and an
 * index in its footer (spec L-20), from the valid part of a live segment or from several segments.
 */
final class Sealer implements Closeable {
  /** Rows a sealed batch holds at least, the last one excepted. */
  private static final int BATCH_ROWS = 131_072;

  private static final int ALIGNMENT_BYTES = 64;

  /** A segment whose committed rows are written anew. */
  record Source(SegmentReader reader, SegmentIndex index) {}

  private final List<Source> sources;
  private final int batchRows;
  private final KeyTable keys;
  private final LogPosition end;
  private final SegmentFormat.Header header;
  private final Map<Integer, byte[]> words = new HashMap<>();
  private final BatchEncoder encoder;
  private final Scratch scratch = new Scratch();
  private final Scratch plain = new Scratch();
  private final ZstdCompressor compressor;
  private final List<SegmentIndex.Entry> entries = new ArrayList<>();

  private Sealer(List<Source> sources, BufferCompression compression, int batchRows) {
    this.sources = sources;
    this.batchRows = batchRows;
    Source last = sources.get(sources.size() - 1);
    this.keys = last.reader.keys(); // keys are append-only
    this.end = last.index.end();
    SegmentFormat.Header first = sources.get(0).reader.header();
    this.header =
        new SegmentFormat.Header(
            first.store(),
            first.schemaVersion(),
            first.start(),
            first.strings(),
            SegmentFormat.keyBytes(keys.size()));
    this.encoder = new BatchEncoder(keys, words::get, first.strings(), ALIGNMENT_BYTES);
    this.compressor =
        compression instanceof BufferCompression.Zstd zstd
            ? new ZstdCompressor(zstd.level(), 1)
            : null;
  }

  /** Writes segments that follow each other as one sealed segment, which replaces the first. */
  static void merge(Storage storage, List<Source> sources, BufferCompression compression)
      throws IOException {
    merge(storage, sources, compression, BATCH_ROWS);
  }

  private static void merge(
      Storage storage, List<Source> sources, BufferCompression compression, int batchRows)
      throws IOException {
    try (Sealer sealer = new Sealer(sources, compression, batchRows)) {
      sealer.write(storage);
    }
  }

  /**
   * Seals the committed part of a live segment and deletes the live file. A segment without a
   * committed row is only deleted.
   *
   * @throws DamagedFileException if the segment is damaged rather than torn; nothing is changed
   */
  static void seal(Storage storage, long firstSeq, BufferCompression compression)
      throws IOException {
    seal(storage, firstSeq, compression, BATCH_ROWS);
  }

  /**
   * As {@link #seal(Storage, long, BufferCompression)}, in other batches.
   *
   * @param batchRows rows a batch holds at least, the last one excepted
   */
  static void seal(Storage storage, long firstSeq, BufferCompression compression, int batchRows)
      throws IOException {
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
        merge(storage, List.of(new Source(live, index)), compression, batchRows);
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
    try {
      write(storage, temporary);
      AtomicFiles.publish(storage, temporary, path);
    } catch (IOException | RuntimeException | Error e) {
      AtomicFiles.discardAfter(e, storage, temporary); // a full disk must not stay full
      throw e;
    }
  }

  private void write(Storage storage, String temporary) throws IOException {
    CRC32 crc = SegmentWriter.firstCrc(header);
    try (WritableFile file = storage.create(temporary)) {
      IpcFileWriter out =
          new IpcFileWriter(
              file,
              SegmentFormat.fields(header),
              SegmentFormat.metadata(header, keys.from(0)),
              crc);
      writeDictionary(
          out,
          SegmentFormat.KEY_DICTIONARY,
          keys.from(0).stream().map(k -> k.name().getBytes(StandardCharsets.UTF_8)).toList());
      if (header.strings()) {
        writeDictionary(out, SegmentFormat.TEXT_DICTIONARY, encoder.dictionary());
      }
      SegmentIndex.Head head = new SegmentIndex.Head(out.position(), (int) crc.getValue());
      writeBatches(out, crc);
      out.finish(SegmentIndexer.footerMetadata(entries, end.chain(), head));
    }
  }

  private void writeDictionary(IpcFileWriter out, long id, List<byte[]> dictionary)
      throws IOException {
    if (compressor == null) {
      out.dictionary(id, dictionary);
    } else {
      out.dictionary(id, dictionary, compressor);
    }
  }

  /** Fills the encoder's dictionary with every word of the valid part, in row order. */
  private void collectWords() throws IOException {
    if (!header.strings()) {
      return;
    }
    Triples rows = new Triples(rowCount(BATCH_ROWS));
    forEachBatch(
        (batch, from, to) -> {
          for (int row = from; row < to; row++) {
            byte[] word = batch.utf8(row);
            if (word != null) {
              words.putIfAbsent((int) Values.toInteger(batch.val(row)), word);
            }
          }
          rows.clear();
          batch.copyTo(rows, from, to);
          encoder.scan(rows, 0, rows.size());
        });
  }

  /** All rows to write, or a bound if they are more. */
  private int rowCount(int bound) {
    return (int) Math.min(bound, end.seq() - header.start().seq());
  }

  /** Visits the committed rows of all sources in order. */
  private void forEachBatch(Log.Visitor visitor) throws IOException {
    for (Source source : sources) {
      SegmentIndex index = source.index;
      for (int i = 0; i < index.batches().size(); i++) {
        TripleBatch batch = source.reader.read(index.batches(), i);
        int to = (int) Math.min(batch.rows(), index.end().seq() - batch.firstSeq());
        if (to > 0) {
          visitor.visit(batch, 0, to);
        }
      }
      if (sources.size() > 1) {
        source.reader.forget();
      }
    }
  }

  private void writeBatches(IpcFileWriter out, CRC32 firstCrc) throws IOException {
    Triples rows = new Triples(rowCount(BATCH_ROWS * 2));
    CRC32[] crc = {firstCrc};
    long[] nextSeq = {header.start().seq()};
    forEachBatch(
        (batch, from, to) -> {
          batch.copyTo(rows, from, to);
          boolean last = nextSeq[0] + rows.size() == end.seq();
          if (rows.size() >= batchRows || last) {
            int stored = writeBatch(out, rows, nextSeq[0], crc[0]);
            crc[0] = SegmentWriter.nextCrc(stored);
            nextSeq[0] += rows.size();
            rows.clear();
          }
        });
  }

  private int writeBatch(IpcFileWriter out, Triples rows, long firstSeq, CRC32 crc)
      throws IOException {
    int count = rows.size();
    encoder.scan(rows, 0, count);
    BodyLayout layout = encoder.layout(count, header.keyBytes());
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(SegmentFormat.FIRST_SEQ, SegmentFormat.digits20(firstSeq));
    metadata.put(IpcEncoder.BATCH_CRC, IpcEncoder.OPEN_CRC);
    Frame frame;
    if (compressor == null) {
      frame = frame(layout, metadata, out.position());
      encoder.fill(rows, 0, count, layout, header.keyBytes(), frame.body());
    } else {
      ByteBuffer body = plain.take(Math.toIntExact(layout.lengthBytes()));
      encoder.fill(rows, 0, count, layout, header.keyBytes(), body);
      StoredBody compressed = compressor.compress(layout, layout.buffers(body));
      frame = frame(compressed.layout(), metadata, out.position());
      compressed.fill(frame.body());
    }
    int stored = frame.seal(crc);
    long from = out.batch(frame);
    entries.add(SegmentIndex.Entry.of(rows, firstSeq, from, out.position(), stored));
    return stored;
  }

  private Frame frame(BodyLayout layout, Map<String, String> metadata, long position) {
    IpcEncoder.Metadata message = IpcEncoder.recordBatchMessage(layout, metadata);
    int bodyBytes = Math.toIntExact(layout.lengthBytes());
    return Frame.of(message, bodyBytes, position, ALIGNMENT_BYTES, scratch);
  }

  @Override
  public void close() {
    if (compressor != null) {
      compressor.close();
    }
  }
}
