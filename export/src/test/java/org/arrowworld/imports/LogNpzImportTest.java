// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.Json;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.Triples;
import org.arrowworld.npy.Compression;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Logs as NumPy archives, back in (spec Z-1 to Z-6); the archives are written here, by the spec.
 */
class LogNpzImportTest {
  private static final int SIGNALLING_NAN = 0x7FA0_1234;

  @TempDir Path folder;
  private final BufferAllocator memory = new RootAllocator();
  private final Triples rows = new Triples(64);
  private final List<String> words = new ArrayList<>();
  private StoreInfo info;
  private List<Key> keys;
  private LogPosition start = LogPosition.START;
  private LogPosition end;

  @BeforeEach
  void play() throws IOException {
    WorldSchema schema =
        WorldSchema.of(
            TableSchema.row("ship")
                .column("x", ColumnType.F32)
                .column("serial", ColumnType.U64)
                .column("flag", ColumnType.STRING)
                .build());
    Path store = folder.resolve("store");
    try (LiveWorld live =
        LiveWorld.create(
            store,
            schema,
            WorldOptions.DEFAULT.withProperties(Map.of("seed", "7")).withAllocator(memory))) {
      live.tick(
          t -> {
            t.table("ship").insert().set("flag", "blue\u0000").setUnsigned("serial", -1);
            t.table("ship").insert().set("flag", "").set("x", -0.0f);
          });
      live.tick(9, t -> t.table("ship").setSlot(0, "x", Float.intBitsToFloat(SIGNALLING_NAN)));
      live.tick(12, t -> t.table("ship").removeSlot(1));
      live.tick(13, t -> t.table("ship").insert().set("flag", "blue\u0000"));
      live.seal();
    }
    try (Store timeline = Store.open(new DiskStorage(store))) {
      info = timeline.info();
      keys = timeline.log().keys().from(0);
      end = timeline.end();
      timeline.log().scan(0, Long.MAX_VALUE, (batch, from, to) -> batch.copyTo(rows, from, to));
      try (World world = timeline.at(13)) {
        for (int code = 0; code < world.codebook().size(); code++) {
          words.add(world.codebook().word(code));
        }
      }
    }
  }

  @AfterEach
  void no_byte_leaks() {
    memory.close();
  }

  private static ByteBuffer memory(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Path archive() throws IOException {
    int n = rows.size();
    ByteBuffer ticks = memory(8 * n);
    ByteBuffer rids = memory(4 * n);
    ByteBuffer codes = memory(n);
    ByteBuffer vals = memory(8 * n);
    for (int i = 0; i < n; i++) {
      ticks.putLong(rows.ticks()[i]);
      rids.putInt(rows.rids()[i]);
      codes.put((byte) rows.keys()[i]);
      vals.putLong(rows.vals()[i]);
    }
    try (NpzWriter out =
        NpzWriter.create(new DiskStorage(folder), "log.npz", Compression.DEFLATED)) {
      out.add("ticks", NpyType.U64, new long[] {n}, ticks.flip());
      out.add("rids", NpyType.U32, new long[] {n}, rids.flip());
      out.add("keys", NpyType.U8, new long[] {n}, codes.flip());
      out.add("vals", NpyType.F64, new long[] {n}, vals.flip());
      out.addWords("codebook", keys.stream().map(Key::name).toList());
      ByteArrayOutputStream utf8 = new ByteArrayOutputStream();
      ByteBuffer offsets = memory(8 * (words.size() + 1));
      offsets.putLong(0);
      for (String word : words) {
        utf8.writeBytes(word.getBytes(StandardCharsets.UTF_8));
        offsets.putLong(utf8.size());
      }
      out.add("words.offsets", NpyType.I64, new long[] {words.size() + 1L}, offsets.flip());
      ByteBuffer text = ByteBuffer.wrap(utf8.toByteArray());
      out.add("words.utf8", NpyType.U8, new long[] {utf8.size()}, text);
      byte[] json = Json.write(description()).getBytes(StandardCharsets.UTF_8);
      out.add("aw.json", NpyType.U8, new long[] {json.length}, ByteBuffer.wrap(json));
      out.commit();
    }
    return folder.resolve("log.npz");
  }

  private Map<String, Object> description() throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", "arrow-world log npz");
    json.put("format", StoreInfo.FORMAT);
    json.put("store", info.id().hex());
    json.put("tick_unit", info.tickUnit());
    json.put("strings", info.strings());
    json.put("schema", SchemaJson.schema(info.schema()));
    json.put("properties", info.properties());
    json.put("keys", SchemaJson.keyList(keys));
    json.put("start", position(start));
    json.put("end", position(end));
    return json;
  }

  private static Map<String, Object> position(LogPosition position) {
    return Map.of(
        "tick", Text.of("%016x", position.tick()),
        "seq", Text.of("%016x", position.seq()),
        "chain", Text.of("%016x", position.chain()));
  }

  private LogNpzImport.Result load() throws IOException {
    return LogNpzImport.run(
        new TableImportOptions(
            archive(),
            folder.resolve("back"),
            Existing.REFUSE,
            Optional.empty(),
            ColumnMapping.NONE));
  }

  @Test
  void a_log_comes_back_with_its_rows_its_chain_and_its_world() throws IOException {
    LogNpzImport.Result result = load();
    assertThat(result.rows()).isEqualTo(rows.size());
    assertThat(result.end()).isEqualTo(end);
    DiskStorage back = new DiskStorage(folder.resolve("back"));
    Triples again = new Triples(64);
    try (Store timeline = Store.open(back);
        Store old = Store.open(new DiskStorage(folder.resolve("store")))) {
      assertThat(timeline.end()).isEqualTo(end);
      assertThat(timeline.info().properties())
          .containsEntry("imported_from", info.id().hex())
          .containsEntry("seed", "7");
      assertThat(timeline.info().id()).isNotEqualTo(info.id());
      timeline.log().scan(0, Long.MAX_VALUE, (batch, from, to) -> batch.copyTo(again, from, to));
      for (int i = 0; i < rows.size(); i++) {
        assertThat(again.vals()[i]).as("row %d", i).isEqualTo(rows.vals()[i]);
        assertThat(again.ticks()[i]).isEqualTo(rows.ticks()[i]);
        assertThat(again.keys()[i]).isEqualTo(rows.keys()[i]);
        assertThat(again.rids()[i]).isEqualTo(rows.rids()[i]);
      }
      for (long tick : new long[] {0, 9, 12, 13}) {
        try (World was = old.at(tick);
            World is = timeline.at(tick)) {
          assertThat(Hashes.resume(is)).isEqualTo(Hashes.resume(was));
        }
      }
    }
    assertThat(Verifier.verify(back, Verifier.Depth.DEEP, 3, memory).isSound()).isTrue();
  }

  @Test
  void every_value_that_is_changed_is_noticed() throws IOException {
    for (int row = 0; row < rows.size(); row++) {
      for (int what = 0; what < 4; what++) {
        change(row, what);
        String name = Text.of("row %d, array %d", row, what);
        assertThatThrownBy(this::load).as(name).isInstanceOf(DamagedFileException.class);
        assertThat(folder.resolve("back")).as(name).doesNotExist();
        change(row, what);
      }
    }
    load(); // and none is changed any more
  }

  private void change(int row, int what) {
    switch (what) {
      case 0 -> rows.ticks()[row] ^= 1;
      case 1 -> rows.rids()[row] ^= 4;
      case 2 -> rows.keys()[row] = (char) (rows.keys()[row] ^ 0x40);
      default -> rows.vals()[row] ^= 1L << 40;
    }
  }

  @Test
  void a_log_that_begins_behind_its_start_is_refused() throws IOException {
    start = new LogPosition(3, 17, 5);
    assertThatThrownBy(this::load)
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it goes on from tick 3, seq 17");
    start = new LogPosition(0, 0, 0); // behind a base that was imported
    assertThatThrownBy(this::load)
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it goes on from tick 0, seq 0, whose state it does not hold");
    start = LogPosition.START;
    end = new LogPosition(end.tick(), end.seq(), end.chain() ^ 1);
    assertThatThrownBy(this::load)
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("its rows end at tick 13");
    words.remove(1);
    assertThatThrownBy(this::load).isInstanceOf(DamagedFileException.class);
  }
}
