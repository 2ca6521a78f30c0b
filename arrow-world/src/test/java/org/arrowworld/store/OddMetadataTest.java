// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.Words;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.migration.MigrationFile;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Metadata that is right by its CRC but odd is refused, typed, as Python's reader does. */
class OddMetadataTest {
  private final MemoryStorage storage = new MemoryStorage();

  private StoreInfo made() throws IOException {
    TableSchema table =
        TableSchema.row("boat")
            .column("name", ColumnType.STRING)
            .lineage(Lineage.PARENT, Lineage.CAUSE)
            .build();
    StoreInfo info = StoreInfo.create(WorldSchema.of(table), "tick", Map.of("seed", "\u00e9"));
    try (LiveWorld live = LiveWorld.create(storage, info, WorldOptions.DEFAULT)) {
      live.tick(t -> t.table("boat").insert().set("name", "z\u00f6e"));
      live.snapshot();
    }
    return info;
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Changes the bytes of a JSON file, each as a char, and makes its CRC right again. */
  private void rewrite(String path, String from, String to) throws IOException {
    String text = new String(storage.bytes(path), StandardCharsets.ISO_8859_1);
    String head = text.substring(0, text.length() - 19).replace(from, to);
    CRC32 crc = new CRC32();
    crc.update(latin1(head));
    storage.put(path, latin1(head + Text.of(",\"crc\":\"%08x\"}\n", crc.getValue())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\u00c3\u00a9|\u00c3(|it is not UTF-8",
        "{\"kind\"|\u00ef\u00bb\u00bf{\"kind\"|it holds no valid JSON",
        "\"removal\":\"swap_remove\",|~~|'removal' should be string, found null",
        "\"removal\":\"swap_remove\"|\"removal\":null|'removal' should be string, found null",
        "[\"parent\",\"cause\"]|[\"parent\",\"cause\",\"parent\"]|'lineage' should be parent, cause or both in this order",
        "[\"parent\",\"cause\"]|[\"cause\",\"parent\"]|'lineage' should be parent, cause or both in this order",
        "\"strings\":true|\"strings\":false|'strings' should be true, as the schema has strings",
        "\"format\":1|\"format\":99999999999999999999|'format' should be long, found 99999999999999999999",
      })
  void a_store_json_is_refused(String from, String to, String told) throws IOException {
    made();
    rewrite("store.json", from, to == null ? "" : to);
    assertThatThrownBy(() -> StoreInfo.read(storage))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageStartingWith("Cannot read store.json")
        .hasMessageContaining(told);
  }

  @Test
  void a_manifest_that_is_not_UTF_8_is_refused() throws IOException {
    StoreInfo info = made();
    Snapshot.Location snapshot = Snapshot.list(storage).get(0);
    rewrite(snapshot.directory() + "/manifest.json", "\"boat\"", "\"bo\u00e9t\"");
    assertThatThrownBy(() -> Snapshot.open(storage, snapshot, info.id()).close())
        .isInstanceOf(DamagedFileException.class)
        .hasMessageEndingWith("it is not UTF-8");
  }

  @Test
  void words_that_are_not_UTF_8_are_damage_also_where_a_character_lies_in_two() {
    for (String bytes : new String[] {"ab\u00ffd", "z\u00c3\u00a9e", "\u00ed\u00a0\u0080ab"}) {
      ByteBuffer data = ByteBuffer.wrap(latin1(bytes));
      ByteBuffer offsets = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      offsets.putInt(4, 2).putInt(8, data.remaining());
      assertThatThrownBy(() -> Words.checked("a.arrow", 8, 2, offsets, data))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("a word of a dictionary is not UTF-8");
    }
  }

  @Test
  void steps_that_are_not_UTF_8_are_refused() throws IOException {
    storage.put("steps.json", latin1("{\"from\":1,\"\u00e9\":2}"));
    assertThatThrownBy(() -> MigrationFile.read(storage, "steps.json"))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageEndingWith("it is not UTF-8");
  }
}
