// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NpzReaderTest {
  private final MemoryStorage memory = new MemoryStorage();

  @ParameterizedTest
  @EnumSource(Compression.class)
  void Random_arrays_come_back_bit_for_bit(Compression compression) throws IOException {
    long seed = Long.getLong("aw.seed", System.nanoTime());
    System.out.println("NpzReaderTest random arrays: repeat with -Daw.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      Map<String, NpyArray> arrays = new LinkedHashMap<>();
      for (int i = random.nextInt(5); i >= 0; i--) {
        arrays.put("a" + i, randomArray(random));
      }
      write("r.npz", compression, arrays);
      try (NpzReader reader = NpzReader.open(memory, "r.npz")) {
        assertThat(reader.names()).containsExactlyElementsOf(arrays.keySet());
        for (Map.Entry<String, NpyArray> expected : arrays.entrySet()) {
          NpyArray read = reader.read(expected.getKey());
          assertThat(read.type()).isEqualTo(expected.getValue().type());
          assertThat(read.shape()).isEqualTo(expected.getValue().shape());
          assertThat(NpyTesting.bytes(read)).isEqualTo(NpyTesting.bytes(expected.getValue()));
        }
      }
    }
  }

  @Test
  void Entries_streamed_with_data_descriptors_by_another_writer_are_read() throws IOException {
    memory.put("z.npz", foreignZip("x.npy", npy()));
    try (NpzReader reader = NpzReader.open(memory, "z.npz")) {
      reader.verify();
      assertThat(reader.read("x").longAt(2)).isEqualTo(77);
      assertThat(reader.header("x").shape()).containsExactly(3);
    }
  }

  @Test
  void Entries_that_are_no_arrays_are_listed_and_not_read() throws IOException {
    memory.put("z.npz", foreignZip("notes.txt", new byte[] {65}));
    try (NpzReader reader = NpzReader.open(memory, "z.npz")) {
      assertThat(reader.names()).isEmpty();
      assertThat(reader.otherEntries()).containsExactly("notes.txt");
      assertThatThrownBy(() -> reader.read("notes.txt"))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot read array notes.txt of z.npz: it has []");
    }
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void Every_truncation_is_a_typed_error(Compression compression) throws IOException {
    byte[] whole = small(compression);
    for (int length = 0; length < whole.length; length++) {
      memory.put("cut.npz", Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> NpzReader.open(memory, "cut.npz"))
          .as("cut at %d", length)
          .isInstanceOf(DamagedFileException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void No_flipped_bit_changes_data_silently(Compression compression) throws IOException {
    byte[] whole = small(compression);
    Map<String, NpyArray> expected = readAll("small.npz");
    int refused = 0;
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      memory.put("flip.npz", flipped);
      try {
        Map<String, NpyArray> read = readAll("flip.npz");
        assertThat(read.keySet()).as("bit %d", bit).isEqualTo(expected.keySet());
        for (String name : read.keySet()) {
          assertThat(NpyTesting.bytes(read.get(name)))
              .as("bit %d, array %s", bit, name)
              .isEqualTo(NpyTesting.bytes(expected.get(name)));
          assertThat(read.get(name).shape()).isEqualTo(expected.get(name).shape());
        }
      } catch (DamagedFileException | UnsupportedVersionException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(whole.length * 8 / 2);
  }

  @Test
  void A_flipped_value_is_reported_with_file_and_entry() throws IOException {
    byte[] whole = small(Compression.STORED);
    whole[30 + 5 + 20 + 128] ^= 1; // the first byte of x's data
    memory.put("small.npz", whole);
    try (NpzReader reader = NpzReader.open(memory, "small.npz")) {
      assertThatThrownBy(() -> reader.read("x"))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageMatching(
              "Cannot read small.npz!x.npy at byte 55: its CRC-32 is [0-9a-f]{8}, the directory"
                  + " says [0-9a-f]{8}");
      assertThatThrownBy(reader::verify).isInstanceOf(DamagedFileException.class);
      assertThat(reader.read("y").size()).isEqualTo(5);
    }
  }

  @Test
  void Hostile_names_are_refused() throws IOException {
    refusedName("../x.npy", "it has an empty, '.' or '..' part");
    refusedName("a/../../x.npy", "it has an empty, '.' or '..' part");
    refusedName("/x.npy", "it is an absolute path");
    refusedName("C:x.npy", "it is an absolute path");
    refusedName("a\\x.npy", "it has a backslash");
    refusedName("a\nx.npy", "it has control characters or a surrogate alone");
    refusedName("", "it is empty");
  }

  private void refusedName(String name, String why) throws IOException {
    byte[] data = npy();
    memory.put("z.npz", zip(entry(name, 0, data), entry(name, 0, data), data));
    refused(
        Text.of(
            "at byte %d: the entry name '%s' is refused: %s",
            directoryOffset(name, data), ZipNames.shown(name), why));
  }

  @Test
  void Directory_and_local_header_must_agree() throws IOException {
    byte[] data = npy();
    ZipEntryInfo good = entry("x.npy", 0, data);
    disagree(entry("y.npy", 0, data), good, "name (here 'y.npy')");
    disagree(entry("x.npy", 8, data), good, "compression method (here 8)");
    disagree(good.withData(7, data.length, data.length), good, "CRC-32 (here 00000007)");
    disagree(good.withData(good.crc(), data.length, data.length + 1), good, "size (here 141)");
  }

  private void disagree(ZipEntryInfo local, ZipEntryInfo central, String what) throws IOException {
    memory.put("z.npz", zip(local, central, npy()));
    assertThatThrownBy(() -> NpzReader.open(memory, "z.npz"))
        .isInstanceOf(DamagedFileException.class)
        .hasMessage(
            "Cannot read z.npz!x.npy at byte 0: the directory and the entry's own header disagree"
                + " about its "
                + what);
  }

  @Test
  void Duplicate_encrypted_and_unknown_entries_are_refused() throws IOException {
    byte[] data = npy();
    ZipEntryInfo x = entry("x.npy", 0, data);
    ByteArrayOutputStream twice = new ByteArrayOutputStream();
    twice.write(ZipFormat.local(x).array());
    twice.write(data);
    int directory = twice.size();
    twice.write(ZipFormat.central(x).array());
    twice.write(ZipFormat.central(x).array());
    twice.write(ZipFormat.end(List.of(x, x), directory, twice.size() - directory).array());
    memory.put("z.npz", twice.toByteArray());
    refused("at byte 246: two entries are named x.npy");

    ZipEntryInfo encrypted = new ZipEntryInfo("x.npy", 1, 0, x.crc(), data.length, data.length, 0);
    memory.put("z.npz", zip(encrypted, encrypted, data));
    refused("at byte 195: entry x.npy is encrypted");

    ZipEntryInfo bzip = entry("x.npy", 12, data);
    memory.put("z.npz", zip(bzip, bzip, data));
    refused("at byte 195: entry x.npy uses compression method 12, known are 0 and 8");
  }

  @Test
  void Archives_beyond_a_limit_are_refused_before_they_are_inflated() throws IOException {
    byte[] data = npy();
    ZipEntryInfo bomb = entry("x.npy", 8, data).withData(0, data.length, 1L << 40);
    memory.put("z.npz", zip(bomb, bomb, data));
    refused(
        "at byte 195: entry x.npy would inflate 140 bytes to 1099511627776, more than 1100 times");

    NpyArray zeros = NpyArray.of(NpyType.U8, new long[] {40_000}, ByteBuffer.allocate(40_000));
    write("z.npz", Compression.DEFLATED, Map.of("zeros", zeros));
    assertThat(readAll("z.npz").get("zeros").size()).isEqualTo(40_000);
    NpzLimits tight = NpzLimits.DEFAULT.withMaxTotalBytes(40_127);
    assertThatThrownBy(() -> NpzReader.open(memory, "z.npz", tight))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageEndingWith(
            "its entries hold more than 40127 bytes, the limit; raise NpzLimits if it is trusted");
    assertThatThrownBy(() -> NpzReader.open(memory, "z.npz", new NpzLimits(100, 10, 0)))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageEndingWith("more than 10 times");
    write("z.npz", Compression.STORED, Map.of("a", zeros, "b", zeros));
    assertThatThrownBy(() -> NpzReader.open(memory, "z.npz", new NpzLimits(1, 1100, 0)))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageEndingWith("2 entries, at most 1 are read");
  }

  @Test
  void An_entry_that_inflates_to_more_or_less_than_it_declares_is_refused() throws IOException {
    byte[] whole = small(Compression.DEFLATED);
    ZipEntryInfo real = onlyEntry("small.npz", "x.npy");
    byte[] compressed = Arrays.copyOfRange(whole, 55, 55 + (int) real.compressedBytes());
    for (long delta : new long[] {-8, 8}) {
      ZipEntryInfo lie =
          new ZipEntryInfo(
              "x.npy", 0, 8, real.crc(), compressed.length, real.sizeBytes() + delta, 0);
      memory.put("z.npz", zip(lie, lie, compressed));
      try (NpzReader reader = NpzReader.open(memory, "z.npz")) {
        assertThatThrownBy(reader::verify)
            .isInstanceOf(DamagedFileException.class)
            .hasMessageContaining(
                delta < 0
                    ? "it holds more bytes than the directory says"
                    : "its compressed data ends before the size it declares");
      }
    }
  }

  private void refused(String finding) {
    assertThatThrownBy(() -> NpzReader.open(memory, "z.npz"))
        .isInstanceOf(DamagedFileException.class)
        .hasMessage("Cannot read z.npz " + finding);
  }

  private ZipEntryInfo onlyEntry(String path, String name) throws IOException {
    return ZipDirectory.read(memory.openRead(path), NpzLimits.DEFAULT).get(name);
  }

  private byte[] small(Compression compression) throws IOException {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    ByteBuffer x = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    x.putDouble(0.1).putDouble(-0.0).putLong(0x7ff0000000000001L).putDouble(3).clear();
    arrays.put("x", NpyArray.of(NpyType.F64, new long[] {3, 2}, x));
    arrays.put("y", NpyArray.of(NpyType.U8, new long[] {5}, ByteBuffer.allocate(5)));
    write("small.npz", compression, arrays);
    return memory.bytes("small.npz");
  }

  private void write(String path, Compression compression, Map<String, NpyArray> arrays)
      throws IOException {
    try (NpzWriter writer = NpzWriter.create(memory, path, compression)) {
      for (Map.Entry<String, NpyArray> array : arrays.entrySet()) {
        writer.add(array.getKey(), array.getValue());
      }
      writer.commit();
    }
  }

  private Map<String, NpyArray> readAll(String path) throws IOException {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    try (NpzReader reader = NpzReader.open(memory, path)) {
      for (String name : reader.names()) {
        arrays.put(name, reader.read(name));
      }
    }
    return arrays;
  }

  private static NpyArray randomArray(Random random) {
    List<NpyType> types = List.copyOf(EnumSet.allOf(NpyType.class));
    NpyType type = types.get(random.nextInt(types.size()));
    long[] shape = random.ints(random.nextInt(4), 0, 7).asLongStream().toArray();
    byte[] bytes = new byte[(int) NpyShapes.sizeBytes(shape, type)];
    random.nextBytes(bytes);
    if (type == NpyType.BOOL) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] &= 1;
      }
    }
    return NpyArray.of(type, shape, ByteBuffer.wrap(bytes));
  }

  /** An array of three i4, the last 77: 140 bytes. */
  private static byte[] npy() {
    ByteBuffer out = ByteBuffer.allocate(140).order(ByteOrder.LITTLE_ENDIAN);
    return out.put(NpyHeader.encode(NpyType.I32, 3)).putInt(5).putInt(6).putInt(77).array();
  }

  private static ZipEntryInfo entry(String name, int method, byte[] data) {
    CRC32 crc = new CRC32();
    crc.update(data);
    return new ZipEntryInfo(
        name, ZipFormat.flags(name), method, (int) crc.getValue(), data.length, data.length, 0);
  }

  private static int directoryOffset(String name, byte[] data) {
    return ZipFormat.LOCAL_BYTES + name.length() + 20 + data.length;
  }

  /** A zip of one entry whose two headers may differ. */
  private static byte[] zip(ZipEntryInfo local, ZipEntryInfo central, byte[] data)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(ZipFormat.local(local).array());
    out.write(data);
    int directory = out.size();
    out.write(ZipFormat.central(central).array());
    out.write(ZipFormat.end(List.of(central), directory, out.size() - directory).array());
    return out.toByteArray();
  }

  private static byte[] foreignZip(String name, byte[] data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setComment("made elsewhere");
      zip.putNextEntry(new ZipEntry(name));
      zip.write(data);
    }
    return out.toByteArray();
  }
}
