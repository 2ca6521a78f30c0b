// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.testing.SharedData;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every file of the reference set is read exactly or refused, as its expected.json says. */
class NpyCasesTest {
  /** Why each refusable file is refused, in our words. */
  private static final Map<String, String> REFUSALS =
      Map.of(
          "refuse_object",
          "Cannot read refuse_object.npy at byte 20: type '|O' holds pickled Python objects, which"
              + " are never loaded",
          "refuse_structured",
          "Cannot read refuse_structured.npy at byte 20: its dtype is [('x', '<f4'), ('y', '<i4')], its shape (3,); a structured type is not a column; save"
              + " each of its fields as an array",
          "refuse_truncated",
          "Cannot read refuse_truncated.npy at byte 128: shape (17,) of <f8 needs 136 bytes, 131"
              + " are present",
          "refuse_trailing",
          "Cannot read refuse_trailing.npy at byte 128: shape (17,) of <f8 needs 136 bytes, 138"
              + " are present",
          "refuse_magic",
          "Cannot read refuse_magic.npy at byte 0: no .npy file, the magic bytes are missing",
          "refuse_header_len",
          "Cannot read refuse_header_len.npy at byte 8: a header of 65535 bytes is declared, the"
              + " file has 254 more",
          "refuse_huge_shape",
          "Cannot read refuse_huge_shape.npy at byte 10: shape (1152921504606846977,) of <f8"
              + " overflows 64 bits",
          "refuse_negative_shape",
          "Cannot read refuse_negative_shape.npy at byte 61: negative dimension '-1,), }'",
          "refuse_code",
          "Cannot read refuse_code.npy at byte 44: 'fortran_order' is neither True nor False but"
              + " '__import__('os').system('true'), 'shape'...'");

  @TestFactory
  Stream<DynamicTest> Every_case_is_read_exactly_or_refused_by_name() throws IOException {
    Path folder = SharedData.folder("npy-cases");
    return SharedData.json(folder.resolve("expected.json")).entrySet().stream()
        .map(
            e ->
                DynamicTest.dynamicTest(e.getKey(), () -> check(folder, e.getKey(), e.getValue())));
  }

  private static void check(Path folder, String name, Object expectation) throws IOException {
    DiskStorage storage = new DiskStorage(folder);
    Map<?, ?> expected = (Map<?, ?>) expectation;
    if (Boolean.FALSE.equals(expected.get("accept"))) {
      assertThatThrownBy(() -> NpyFiles.read(storage, name + ".npy"))
          .isInstanceOf(DamagedFileException.class)
          .hasMessage(REFUSALS.get(name));
      return;
    }
    NpyArray array = NpyFiles.read(storage, name + ".npy");
    byte[] bytes = NpyTesting.bytes(array);
    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(expected.get("c_order_little_endian_hex"));
    CRC32 crc = new CRC32();
    crc.update(bytes);
    assertThat(crc.getValue()).isEqualTo(expected.get("crc32"));
    assertThat(array.shape()).isEqualTo(shape(expected.get("shape")));
    assertThat(array.type().descr()).isEqualTo(((String) expected.get("dtype")).replace('>', '<'));
    assertThat(array.header().order() == NpyOrder.FORTRAN).isEqualTo(expected.get("fortran"));
  }

  @Test
  void Files_of_numpy_in_our_own_layout_are_written_again_byte_for_byte() throws IOException {
    Path folder = SharedData.folder("npy-cases");
    MemoryStorage memory = new MemoryStorage();
    int compared = 0;
    for (String name :
        List.of("le_u1", "le_i2", "le_u4", "le_f8", "le_bool", "f8_3d_c", "f4_0d", "f8_empty_2d")) {
      NpyArray array = NpyFiles.read(new DiskStorage(folder), name + ".npy");
      NpyFiles.write(memory, name, array.type(), array.shape(), array.bytes());
      assertThat(memory.bytes(name)).isEqualTo(Files.readAllBytes(folder.resolve(name + ".npy")));
      compared++;
    }
    assertThat(compared).isEqualTo(8);
  }

  @Test
  void Every_truncation_of_a_file_is_a_typed_error() throws IOException {
    MemoryStorage memory = new MemoryStorage();
    NpyFiles.write(
        memory, "a.npy", NpyType.F64, new long[] {3, 2}, ByteBuffer.allocate(48).putInt(7).clear());
    byte[] whole = memory.bytes("a.npy");
    for (int length = 0; length < whole.length; length++) {
      memory.put("cut.npy", java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> NpyFiles.read(memory, "cut.npy"))
          .as("cut at %d", length)
          .isInstanceOf(DamagedFileException.class);
    }
  }

  @Test
  void Every_bit_flip_of_a_header_is_a_typed_error_or_still_fits_the_bytes_present()
      throws IOException {
    MemoryStorage memory = new MemoryStorage();
    NpyFiles.write(memory, "a.npy", NpyType.I32, new long[] {3, 2}, ByteBuffer.allocate(24));
    byte[] whole = memory.bytes("a.npy");
    int refused = 0;
    for (int bit = 0; bit < 128 * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      memory.put("flip.npy", flipped);
      try {
        assertThat(NpyFiles.read(memory, "flip.npy").sizeBytes()).isEqualTo(24);
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(900);
  }

  private static long[] shape(Object list) {
    return ((List<?>) list).stream().mapToLong(d -> (Long) d).toArray();
  }
}
