// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.hostile;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.arrowworld.internal.Text;

/** Seeded changes of files that are to be imported, made with their structure in mind. */
final class Mutations {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    7,
    8,
    63,
    64,
    255,
    256,
    65535,
    65536,
    1 << 24,
    200_000_000,
    0x7FFF_FFFF,
    0x8000_0000L,
    0xFFFF_FFFFL,
    1L << 32,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -8
  };

  private static final String[] FIELDS = {
    "",
    " ",
    "0",
    "-1",
    "+1",
    "1.5",
    "-0",
    "1e999",
    "1e-999",
    "-1e400",
    "nan",
    "NaN",
    "inf",
    "-inf",
    "Infinity",
    "0x1p3",
    "1d",
    "1_000",
    "99999999999999999999999999",
    "9223372036854775808",
    "18446744073709551615",
    "4294967296",
    "2147483648",
    "1".repeat(70_000),
    "0." + "0".repeat(9000),
    "\u0000",
    "\ufeff",
    "\u202e",
    "\ud83d\ude00",
    "\"",
    "\"\"",
    "'",
    "true",
    "null",
    "[]",
    "{}",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "#",
    "\r",
    "\n",
    "\r\n",
    "id",
    "gen",
    "born",
    "\t",
    "../../x",
    "=1+1"
  };

  /** Names of archive members; those that lead out of a directory first. */
  private static final String[] NAMES = {
    "../../evil.npy",
    "/evil.npy",
    "..",
    "../evil",
    "C:\\evil.npy",
    "a/../../evil.npy",
    "a\u0000b.npy",
    ".npy",
    "",
    "a.b.c.npy",
    "tick.npy",
    "n_active.npy",
    "codebook.columns.npy",
    "\u00e9.npy",
    "CON.npy",
    "x".repeat(300) + ".npy",
    "a/b.npy",
    "a/",
    "schema_version.npy",
    "evil.txt",
    "codebook.offsets.npy"
  };

  private static final List<String> DTYPES =
      List.of(
          "<i8", ">i8", "|O", "|V8", "<f2", "|b1", "<U0", "<U99999999", "<u1", "<M8[ns]", "<c16");

  private static final List<String> SHAPES =
      List.of(
          "(0,)",
          "()",
          "(-1,)",
          "(9223372036854775807,)",
          "(2147483647,)",
          "(3,0)",
          "(1,1,1)",
          "(4294967296,4294967296)",
          "(" + "1,".repeat(40) + ")",
          "(200000000,)");

  private Mutations() {}

  /** Bits, bytes, numbers, cuts, repeats, removals and zeros anywhere. */
  static byte[] bytes(byte[] original, SplittableRandom random) {
    byte[] bytes = original;
    for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
      bytes = once(bytes, random);
    }
    return bytes;
  }

  private static byte[] once(byte[] original, SplittableRandom random) {
    int from = random.nextInt(original.length);
    int to = from + random.nextInt(Math.min(64, original.length - from) + 1);
    byte[] bytes = original.clone();
    switch (random.nextInt(8)) {
      case 0 -> bytes[from] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[from] = (byte) random.nextInt(256);
      case 2 -> number(bytes, from & -4, 4, random);
      case 3 -> number(bytes, from & -8, 8, random);
      case 4 -> number(bytes, from, 2, random);
      case 5 -> bytes = Arrays.copyOf(original, from);
      case 6 -> bytes = replaced(original, to, from, new byte[0]); // repeats a stretch
      default -> bytes = replaced(original, from, to, new byte[random.nextInt(9)]);
    }
    return bytes;
  }

  private static void number(byte[] bytes, int at, int width, SplittableRandom random) {
    long value =
        random.nextInt(4) == 0
            ? bytes.length + random.nextInt(17) - 8
            : NUMBERS[random.nextInt(NUMBERS.length)];
    for (int i = 0; i < width && at + i < bytes.length; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
  }

  private static byte[] replaced(byte[] original, int headTo, int tailFrom, byte[] middle) {
    byte[] all = Arrays.copyOf(original, headTo + middle.length + original.length - tailFrom);
    System.arraycopy(middle, 0, all, headTo, middle.length);
    System.arraycopy(original, tailFrom, all, headTo + middle.length, original.length - tailFrom);
    return all;
  }

  /** Replaces fields of a text, which lie between any of the separators, or swaps lines. */
  static byte[] text(byte[] original, String separators, SplittableRandom random) {
    if (random.nextInt(5) == 0) {
      return bytes(original, random);
    }
    byte[] text = original;
    for (int i = random.nextInt(3); i >= 0 && text.length > 0; i--) {
      int from = random.nextInt(text.length);
      while (from > 0 && separators.indexOf(text[from - 1]) < 0) {
        from--;
      }
      int to = from;
      while (to < text.length && separators.indexOf(text[to]) < 0) {
        to++;
      }
      String field = FIELDS[random.nextInt(FIELDS.length)];
      text = replaced(text, from, to, field.getBytes(StandardCharsets.UTF_8));
    }
    return text;
  }

  /** Changes an archive's bytes, or a member's bytes, header or name, and packs it again. */
  static byte[] archive(byte[] original, SplittableRandom random) throws IOException {
    if (random.nextInt(3) == 0) {
      return bytes(original, random);
    }
    Map<String, byte[]> members = members(original);
    List<String> names = List.copyOf(members.keySet());
    String name = names.get(random.nextInt(names.size()));
    byte[] member = members.get(name);
    switch (random.nextInt(4)) {
      case 0 -> {
        members.remove(name);
        members.put(NAMES[random.nextInt(NAMES.length)], member);
      }
      case 1 -> members.put(name, bytes(member, random));
      case 2 -> members.put(name, members.get(names.get(random.nextInt(names.size()))));
      default -> members.put(name, member(name, member, random));
    }
    return archive(members);
  }

  private static byte[] member(String name, byte[] member, SplittableRandom random) {
    int at = new String(member, StandardCharsets.ISO_8859_1).indexOf('{');
    boolean description = name.equals("aw.json.npy") || name.equals("_meta.npy");
    if (description && at >= 0 && random.nextInt(3) > 0) {
      int json = new String(member, StandardCharsets.ISO_8859_1).indexOf('{', at + 1);
      byte[] text = text(Arrays.copyOfRange(member, json, member.length), ",:[]{}", random);
      return npy("'|u1'", "(" + text.length + ",)", text);
    }
    return header(member, random);
  }

  /** An .npy file with another type or shape. */
  static byte[] header(byte[] npy, SplittableRandom random) {
    String text = new String(npy, StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\n') + 1;
    if (end == 0) {
      return bytes(npy, random);
    }
    byte[] data = Arrays.copyOfRange(npy, end, npy.length);
    String type = "'" + DTYPES.get(random.nextInt(DTYPES.size())) + "'";
    String shape = SHAPES.get(random.nextInt(SHAPES.size()));
    String header = text.substring(0, end);
    String descr = header.replaceAll("(?s).*'descr': ('[^']*').*", "$1");
    String size = header.replaceAll("(?s).*'shape': (\\([^)]*\\)).*", "$1");
    return switch (random.nextInt(3)) {
      case 0 -> npy(type, size, data);
      case 1 -> npy(descr, shape, data);
      default -> npy(type, shape, data);
    };
  }

  /** An .npy file of version 1 of any header. */
  static byte[] npy(String descr, String shape, byte[] data) {
    String dict = Text.of("{'descr': %s, 'fortran_order': False, 'shape': %s, }", descr, shape);
    int padded = (10 + dict.length() + 64) / 64 * 64;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.write(padded - 10);
    out.write((padded - 10) >>> 8);
    String spaces = " ".repeat(padded - 11 - dict.length());
    out.writeBytes((dict + spaces + "\n").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(data);
    return out.toByteArray();
  }

  static Map<String, byte[]> members(byte[] archive) throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        members.put(entry.getName(), zip.readAllBytes());
      }
    }
    return members;
  }

  static byte[] archive(Map<String, byte[]> members) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        zip.putNextEntry(new ZipEntry(member.getKey()));
        zip.write(member.getValue());
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }
}
