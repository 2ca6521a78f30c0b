// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.npz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.export.rows.ExportedFile;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.RowBatch;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.Json;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogPosition;
import org.arrowworld.npy.Compression;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.TimeJson;

/** A log as flat arrays in an {@code .npz} (spec Z-1 to Z-5). */
public final class LogNpz {
  private static final int U8_KEYS = 256;

  private LogNpz() {}

  /**
   * What an archive is written of.
   *
   * @param source all rows of whole ticks
   * @param rows the same rows, which may be watched
   * @param words in stores with strings the codebook after the last tick, by code
   * @param start the position before the first row, with the tick of the base if one stands there
   */
  public record Content(LogSource source, RowSource rows, Words words, LogPosition start) {}

  /** The codebook; asked for once all rows were read. */
  public interface Words {
    /** The words in UTF-8. */
    List<byte[]> all() throws IOException;
  }

  /** Publishes the archive, streaming; a file of that name is replaced. */
  public static ExportedFile write(Storage storage, String path, Content content)
      throws IOException {
    return OutputLock.making(
        storage, path, path + AtomicFiles.UNFINISHED, () -> replace(storage, path, content));
  }

  private static ExportedFile replace(Storage storage, String path, Content content)
      throws IOException {
    LogSource source = content.source();
    Log log = source.log();
    try (NpzWriter out = NpzWriter.create(storage, path, Compression.STORED);
        Spills spills = new Spills(storage, path)) {
      boolean narrow = log.keys().size() <= U8_KEYS;
      ColumnSpill ticks = spills.begin("ticks", NpyType.U64);
      ColumnSpill rids = spills.begin("rids", NpyType.U32);
      ColumnSpill keys = spills.begin("keys", narrow ? NpyType.U8 : NpyType.U16);
      ColumnSpill vals = spills.begin("vals", NpyType.F64);
      long[] rows = new long[1];
      content
          .rows()
          .scan(
              batch -> {
                ticks.append(column(source, batch, "tick"));
                rids.append(column(source, batch, "rid"));
                ByteBuffer codes = column(source, batch, "key_code");
                keys.append(narrow ? narrowed(codes) : codes);
                vals.append(column(source, batch, "val"));
                rows[0] += batch.rows();
              });
      spills.addTo(out);
      out.addWords("codebook", log.keys().from(0).stream().map(Key::name).toList());
      if (source.store().strings()) {
        WordArrays.add(ArraySink.of(out), "words", content.words().all());
      }
      byte[] json = Json.write(description(content)).getBytes(StandardCharsets.UTF_8);
      out.add("aw.json", NpyType.U8, new long[] {json.length}, ByteBuffer.wrap(json));
      out.commit();
      return new ExportedFile(path, rows[0], 0);
    }
  }

  private static ByteBuffer column(LogSource source, RowBatch batch, String name) {
    for (int i = 0; i < source.columns().size(); i++) {
      if (source.columns().get(i).name().equals(name)) {
        return batch.exactly(i, source.columns().get(i).type());
      }
    }
    throw new IllegalStateException("a log has a column " + name);
  }

  private static ByteBuffer narrowed(ByteBuffer codes) {
    ByteBuffer bytes = ByteBuffer.allocate(codes.remaining() / 2);
    for (int i = 0; i < bytes.capacity(); i++) {
      bytes.put(i, (byte) codes.getChar(2 * i));
    }
    return bytes;
  }

  private static Map<String, Object> description(Content content) throws IOException {
    LogSource source = content.source();
    StoreInfo store = source.store();
    Log log = source.log();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", "arrow-world log npz");
    json.put("format", StoreInfo.FORMAT);
    json.put("store", store.id().hex());
    json.put("tick_unit", store.tickUnit());
    store.time().ifPresent(time -> json.put(TimeJson.MEMBER, TimeJson.tree(time)));
    json.put("strings", store.strings());
    json.put("schema", SchemaJson.schema(store.schema()));
    json.put("properties", store.properties());
    json.put("keys", SchemaJson.keyList(log.keys().from(0)));
    json.put("start", position(content.start()));
    json.put("end", position(log.positionAt(source.span().last())));
    return json;
  }

  private static Map<String, Object> position(LogPosition position) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tick", Text.of("%016x", position.tick()));
    json.put("seq", Text.of("%016x", position.seq()));
    json.put("chain", Text.of("%016x", position.chain()));
    return json;
  }
}
