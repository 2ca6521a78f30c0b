// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Pattern;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyHeaderTest {
  private final MemoryStorage memory = new MemoryStorage();

  private NpyArray read(String text, int dataBytes) throws IOException {
    byte[] header = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(10 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).putChar((char) 1);
    file.putChar((char) header.length).put(header);
    memory.put("a.npy", file.array());
    return NpyFiles.read(memory, "a.npy");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }\n",
        "{'shape':(2,3),'descr':'<i2','fortran_order':False}",
        "{\"shape\" : ( 2L , 3L, ) ,\t'fortran_order': True, \"descr\": '>i2'}   \n\n"
      })
  void Any_spelling_python_reads_alike_is_read_alike(String text) throws IOException {
    NpyArray array = read(text, 12);
    assertThat(array.type()).isEqualTo(NpyType.I16);
    assertThat(array.shape()).containsExactly(2, 3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      value = {
        "{} => the key 'descr' is missing",
        "{'descr': '<i2'} => the key 'fortran_order' is missing",
        "{'descr': '<i2', 'fortran_order': False} => the key 'shape' is missing",
        "{'descr': '<i2', 'descr': '<i2'} => the key 'descr' appears twice",
        "{'descr': '<i2', 'more': 1} => unknown key 'more'",
        "['descr'] => expected '{', found '['descr']'",
        "{'descr': '<i2', 'fortran_order': 1} => 'fortran_order' is neither True nor False but '1}'",
        "{'shape': (3)} => 'shape' is a number, not a tuple",
        "{'shape': [3]} => expected '(', found '[3]}'",
        "{'shape': (03,)} => dimension 03 has leading zeros",
        "{'shape': (99999999999999999999,)} => dimension 99999999999999999999 overflows 64 bits",
        "{'shape': (1.5,)} => expected ')', found '.5,)}'",
        "{'descr': '<i2' 'fortran_order'} => expected '}', found ''fortran_order'}'",
        "{'descr': '<\\x66'} => escapes in a string: ''<\\x66'}'",
        "{'descr': '<c16', 'fortran_order': False, 'shape': ()} => type '<c16' is not supported,"
            + " of an array of shape (); known are b1, i1-i8, u1-u8, f4, f8",
        "{'descr': '<i3', 'fortran_order': False, 'shape': ()} => type '<i3' is not supported,"
            + " of an array of shape (); known are b1, i1-i8, u1-u8, f4, f8",
        "{'descr': '|V8', 'fortran_order': False, 'shape': ()} => type '|V8' is not supported,"
            + " of an array of shape (); known are b1, i1-i8, u1-u8, f4, f8",
        "{'descr': '<i2', 'fortran_order': False, 'shape': ()} x => more text after the description:"
            + " 'x'"
      })
  void What_is_not_such_a_literal_is_refused_by_name(String text, String finding) {
    assertThatThrownBy(() -> read(text, 2))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageMatching("Cannot read a\\.npy at byte \\d+: " + Pattern.quote(finding));
  }

  @ParameterizedTest
  @CsvSource({"f8, F64", "=i8, I64", "|u2, U16", "int64, I64", "float32, F32", "bool, BOOL"})
  void Types_of_the_native_order_are_little_endian(String dtype, NpyType type) throws IOException {
    NpyHeader header =
        read("{'descr': '" + dtype + "', 'fortran_order': False, 'shape': ()}", type.itemBytes())
            .header();
    assertThat(header.type()).isEqualTo(type);
    assertThat(header.byteOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void More_dimensions_than_numpy_has_are_refused() throws IOException {
    String shape = "1, ".repeat(64);
    assertThat(
            read("{'descr': '|i1', 'fortran_order': False, 'shape': (" + shape + ")}", 1).shape())
        .hasSize(64);
    assertThatThrownBy(
            () -> read("{'descr': '|i1', 'fortran_order': False, 'shape': (" + shape + "1)}", 1))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageEndingWith("more than 64 dimensions");
  }

  @Test
  void Unknown_versions_are_refused_by_number() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(128).put(NpyHeader.encode(NpyType.I8, 0));
    memory.put("a.npy", header.put(6, (byte) 4).array());
    assertThatThrownBy(() -> NpyFiles.read(memory, "a.npy"))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessage(
            "Cannot read a.npy: .npy version 4 is not known to this release (it knows 1.0, 2.0,"
                + " 3.0); use a newer release");
  }

  @Test
  void A_header_beyond_the_cap_is_refused_before_it_is_read() throws IOException {
    ByteBuffer file = ByteBuffer.allocate(1 << 18).order(ByteOrder.LITTLE_ENDIAN);
    file.put(NpyHeader.encode(NpyType.I8, 0)).put(6, (byte) 2).putInt(8, 1 << 17);
    memory.put("a.npy", file.array());
    assertThatThrownBy(() -> NpyFiles.read(memory, "a.npy"))
        .isInstanceOf(DamagedFileException.class)
        .hasMessage(
            "Cannot read a.npy at byte 8: a header of 131072 bytes is declared, at most 65536 are"
                + " read");
  }

  @Test
  void Bools_that_are_neither_0_nor_1_are_refused() {
    assertThatThrownBy(
            () -> {
              NpyFiles.write(
                  memory, "a.npy", NpyType.U8, new long[] {2}, ByteBuffer.wrap(new byte[] {1, 2}));
              byte[] bytes = memory.bytes("a.npy");
              bytes[22] = 'b';
              memory.put("a.npy", bytes);
              NpyFiles.read(memory, "a.npy");
            })
        .isInstanceOf(DamagedFileException.class)
        .hasMessage(
            "Cannot read a.npy at byte 129: a byte of a bool array is neither 0 nor 1, of |b1 (2,) C; save it as uint8");
  }

  @Test
  void Random_bytes_behind_the_magic_never_raise_anything_untyped() throws IOException {
    long seed = Long.getLong("aw.seed", System.nanoTime());
    System.out.println("NpyHeaderTest random headers: repeat with -Daw.seed=" + seed);
    Random random = new Random(seed);
    byte[] whole = new byte[160];
    ByteBuffer.wrap(whole).put(NpyHeader.encode(NpyType.F64, 4));
    String alphabet = "{}()[]'\",: 0123456789TrueFalsdshapfo_L<>|=-\\\n";
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = whole.clone();
      for (int i = 1 + random.nextInt(6); i > 0; i--) {
        bytes[8 + random.nextInt(90)] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
      }
      memory.put("a.npy", bytes);
      try {
        assertThat(NpyFiles.read(memory, "a.npy").sizeBytes()).isEqualTo(32);
      } catch (DamagedFileException | UnsupportedVersionException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(10_000);
  }

  @Test
  void Elements_are_read_by_kind_and_position() {
    ByteBuffer ones = ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
    assertThat(NpyArray.of(NpyType.U8, new long[] {8}, ones).longAt(7)).isEqualTo(255);
    assertThat(NpyArray.of(NpyType.I8, new long[] {8}, ones).longAt(7)).isEqualTo(-1);
    assertThat(NpyArray.of(NpyType.U16, new long[] {4}, ones).longAt(3)).isEqualTo(65535);
    assertThat(NpyArray.of(NpyType.U32, new long[] {2}, ones).longAt(1)).isEqualTo(4294967295L);
    assertThat(NpyArray.of(NpyType.U64, new long[] {}, ones).longAt(0)).isEqualTo(-1);
    NpyArray doubles = NpyArray.of(NpyType.F64, new long[] {1}, ones);
    assertThat(doubles.doubleAt(0)).isNaN();
    assertThatThrownBy(() -> doubles.longAt(0))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot read <f8 (1,) C as an integer; use doubleAt");
    assertThatThrownBy(() -> doubles.doubleAt(1))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot read element 1 of an array of 1 elements");
  }
}
