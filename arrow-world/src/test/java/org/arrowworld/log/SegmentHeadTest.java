// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Digits;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.ReadableFile;
import org.junit.jupiter.api.Test;

/** What stands before the first batch of a sealed segment, and what its footer says of it. */
class SegmentHeadTest {
  private final MemoryStorage storage = new MemoryStorage();
  private LogPlan plan;
  private PlannedBatch last;

  /** A sealed segment of some batches; the last tick has another word than those before. */
  private void seal(ColumnType type) throws IOException {
    WorldSchema schema = WorldSchema.of(TableSchema.row("c").column("x", type).build());
    WorldOptions options = WorldOptions.DEFAULT.withDurability(Durability.NONE);
    try (LiveWorld live = LiveWorld.create(storage, schema, options)) {
      for (int tick = 0; tick < 2; tick++) {
        String name = "pear" + tick;
        live.tick(
            t -> {
              for (int row = 0; row < 90_000; row++) {
                var born = t.table("c").insert();
                if (type == ColumnType.STRING) {
                  born.set("x", name);
                } else {
                  born.set("x", 1);
                }
              }
            });
      }
      live.seal();
    }
    try (Store store = Store.open(storage)) {
      plan = store.plan(BatchFilter.ALL);
    }
    assertThat(plan.batches()).hasSizeGreaterThan(1);
    last = plan.batches().get(plan.batches().size() - 1);
  }

  @Test
  void a_changed_byte_of_the_words_is_damage_to_whoever_reads_a_later_batch() throws IOException {
    seal(ColumnType.STRING);
    byte[] file = file();
    file[new String(file, StandardCharsets.ISO_8859_1).indexOf("pear1")] ^= 1;
    write(file);
    assertThatThrownBy(this::readLast)
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(
            "the checksum of bytes 0 to " + plan.segments().get(0).headBytes() + " is ");
  }

  @Test
  void verification_compares_the_footer_with_what_stands_there() throws IOException {
    seal(ColumnType.U16); // without words no reader of a batch needs it
    byte[] sound = file();
    byte[] file = sound.clone();
    String digits = Digits.hex8(plan.segments().get(0).headCrc());
    int at = new String(file, StandardCharsets.ISO_8859_1).lastIndexOf(digits);
    file[at] = (byte) (file[at] == '0' ? '1' : '0');
    closeAgain(file, sound, (int) (last.offset() + last.lengthBytes()));
    write(file);
    try (Store store = Store.open(storage)) {
      assertThat(store.verify().findings())
          .anySatisfy(
              finding ->
                  assertThat(finding.toString())
                      .contains("its footer says that bytes 0 to", "stand before the first batch"));
    }
  }

  @Test
  void the_head_ends_where_the_first_batch_begins() throws IOException {
    seal(ColumnType.U16);
    byte[] sound = file();
    byte[] file = sound.clone();
    String end = "[\"" + plan.segments().get(0).headBytes();
    int at = new String(file, StandardCharsets.ISO_8859_1).lastIndexOf(end) + end.length() - 1;
    file[at] = (byte) (file[at] == '0' ? '1' : '0');
    closeAgain(file, sound, (int) (last.offset() + last.lengthBytes()));
    write(file);
    assertThatThrownBy(() -> Store.open(storage).close())
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("its footer has no valid aw.batches or aw.head");
  }

  private void readLast() throws IOException {
    try (PlanReader reader = PlanReader.open(storage, plan)) {
      reader.read(last);
    }
  }

  private byte[] file() throws IOException {
    try (ReadableFile file = storage.openRead(last.segment())) {
      ByteBuffer content = ByteBuffer.allocate((int) file.size());
      file.readFully(content, 0);
      return content.array();
    }
  }

  private void write(byte[] content) throws IOException {
    AtomicFiles.write(storage, last.segment(), ByteBuffer.wrap(content));
  }

  /** Puts the footer's checksum right (spec B-7): its digits are those that the whole had. */
  private static void closeAgain(byte[] file, byte[] sound, int dataEnd) {
    for (int at = file.length - 8; at > dataEnd; at--) {
      String digits = new String(sound, at, 8, StandardCharsets.ISO_8859_1);
      if (Digits.areHex(digits, 8) && digits.equals(crcWithout(sound, at, dataEnd))) {
        byte[] right = crcWithout(file, at, dataEnd).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(right, 0, file, at, 8);
        return;
      }
    }
    throw new AssertionError("no aw.footer_crc");
  }

  private static String crcWithout(byte[] file, int at, int dataEnd) {
    CRC32 crc = new CRC32();
    crc.update(file, dataEnd, at - dataEnd);
    crc.update("00000000".getBytes(StandardCharsets.US_ASCII));
    crc.update(file, at + 8, file.length - at - 8);
    return Digits.hex8((int) crc.getValue());
  }
}
