// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/**
 * {@code files.json}: every file of a published store but itself (spec P-2).
 *
 * @param store the store's id, 32 hex digits
 * @param files by name
 */
public record FileList(String store, List<Entry> files) {
  /** Where it stands in a store. */
  public static final String PATH = "files.json";

  /** The order of names: that of their UTF-8 bytes, which is that of their code points. */
  public static final Comparator<String> ORDER =
      Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  private static final String KIND = "arrow-world files";
  private static final int FORMAT = 1;
  private static final int PIECE_BYTES = 1 << 20;

  public FileList {
    files = List.copyOf(files);
  }

  /**
   * A file.
   *
   * @param name its path in the store
   * @param bytes its length
   * @param crc32 the CRC-32 of all its bytes
   */
  public record Entry(String name, long bytes, int crc32) {

    /** Reads a file through. */
    public static Entry of(Storage storage, String name) throws IOException {
      try (ReadableFile file = storage.openRead(name)) {
        long size = file.size();
        CRC32 crc = new CRC32();
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, Math.max(1, size)));
        for (long at = 0; at < size; at += piece.limit()) {
          piece.clear().limit((int) Math.min(piece.capacity(), size - at));
          file.readFully(piece, at);
          crc.update(piece.flip());
        }
        return new Entry(name, size, (int) crc.getValue());
      }
    }
  }

  /** Whether a store is published: it is never changed then (spec P-4). */
  public static boolean exists(Storage storage) throws IOException {
    return storage.exists(PATH);
  }

  /** Reads the list of a store. */
  public static FileList read(Storage storage) throws IOException {
    return of(ChecksummedJson.read(storage, PATH));
  }

  /** Verifies and reads a list from its bytes. */
  static FileList decode(byte[] bytes) throws IOException {
    return of(ChecksummedJson.decode(PATH, bytes));
  }

  private static FileList of(JsonObject json) throws IOException {
    if (!json.string("kind").equals(KIND)) {
      throw json.wrong("kind", KIND, json.string("kind"));
    }
    if (json.number("format") != FORMAT) {
      throw new UnsupportedVersionException(
          PATH, "format version", json.number("format"), Integer.toString(FORMAT));
    }
    List<Entry> files = new ArrayList<>();
    String before = "";
    for (JsonObject file : json.objects("files")) {
      String name = file.string("name");
      if (!isPath(name) || ORDER.compare(name, before) <= 0) {
        throw file.wrong("name", "a path within the store, in order", name);
      }
      String crc = file.string("crc32");
      if (!Digits.areHex(crc, 8)) {
        throw file.wrong("crc32", "8 hex digits", crc);
      }
      long bytes = file.hex64("bytes");
      if (bytes < 0) {
        throw file.wrong("bytes", "a length", file.string("bytes"));
      }
      files.add(new Entry(name, bytes, Integer.parseUnsignedInt(crc, 16)));
      before = name;
    }
    return new FileList(json.string("store"), files);
  }

  /** Whether the list can have a name: it is a path within the store (spec P-2). */
  public static boolean isPath(String name) {
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return name.indexOf('\\') < 0 && name.indexOf('\0') < 0 && !name.equals(PATH);
  }

  /** The bytes of {@code files.json}. */
  public byte[] encode() {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (Entry file : files) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", file.name());
      entry.put("bytes", Digits.hex16(file.bytes()));
      entry.put("crc32", Digits.hex8(file.crc32()));
      entries.add(entry);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", KIND);
    json.put("format", FORMAT);
    json.put("store", store);
    json.put("files", entries);
    ByteBuffer encoded = ChecksummedJson.encode(json);
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  /** A file of it. */
  public Optional<Entry> find(String name) {
    int at =
        Collections.binarySearch(
            files, new Entry(name, 0, 0), (a, b) -> ORDER.compare(a.name(), b.name()));
    return at < 0 ? Optional.empty() : Optional.of(files.get(at));
  }

  /** Whether some of its files are in a folder. */
  public boolean hasFolder(String name) {
    return files.stream().anyMatch(file -> file.name().startsWith(name + "/"));
  }

  /** Bytes of all files. */
  public long bytes() {
    return files.stream().mapToLong(Entry::bytes).sum();
  }

  /** Compares a store with its list: what is missing, differs or is not in it, in plain words. */
  public List<String> check(Storage storage) throws IOException {
    List<String> findings = new ArrayList<>();
    Map<String, Boolean> present = new TreeMap<>();
    names(storage, "", present);
    for (Entry file : files) {
      if (present.remove(file.name()) == null) {
        findings.add(file.name() + ": it is missing, and " + PATH + " has it");
        continue;
      }
      try {
        Entry found = Entry.of(storage, file.name());
        if (!found.equals(file)) {
          findings.add(file.name() + ": it has " + text(found) + ", expected " + text(file));
        }
      } catch (DamagedFileException e) {
        findings.add(e.getMessage());
      }
    }
    present.keySet().forEach(name -> findings.add(name + ": it is not in " + PATH));
    return findings;
  }

  /** How messages name what a file holds. */
  static String text(Entry file) {
    return Text.of("%d bytes with CRC-32 %s", file.bytes(), Digits.hex8(file.crc32()));
  }

  private static void names(Storage storage, String folder, Map<String, Boolean> found)
      throws IOException {
    for (String name : storage.list(folder)) {
      String path = folder.isEmpty() ? name : folder + "/" + name;
      if (storage.isLink(path) || storage.list(path).isEmpty()) {
        found.put(path, true);
      } else {
        names(storage, path, found);
      }
    }
    found.remove(PATH);
  }
}
