// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.log.SegmentInfo;
import org.arrowworld.npy.NpyHeader;
import org.arrowworld.npy.NpzReader;
import org.arrowworld.npy.TrailingBytes;
import org.arrowworld.npy.UnsupportedArrayException;
import org.arrowworld.schema.Key;
import org.arrowworld.snapshot.TableFiles;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/** What a single file is, told from its first bytes. */
final class FileReport {
  private static final int HEAD_BYTES = 8;

  private FileReport() {}

  /**
   * A report on a file.
   *
   * @param file where it lies on the disk
   */
  static Report of(Storage storage, String path, Path file) throws IOException {
    String head = head(storage, path);
    Optional<Report> foreign = ForeignReport.of(storage, path, file, head);
    if (foreign.isPresent()) {
      return foreign.get();
    }
    if (head.startsWith("ARROW1")) {
      return arrowFile(storage, path);
    }
    if (head.startsWith("\u00FF\u00FF\u00FF\u00FF")) {
      return segment(storage, path);
    }
    if (head.startsWith("\u0093NUMPY")) {
      return npy(storage, path, file);
    }
    if (head.startsWith("PK\u0003\u0004") || head.startsWith("PK\u0005\u0006")) {
      return npz(storage, path, file);
    }
    if (head.startsWith("{")) {
      return json(storage, path);
    }
    Optional<Report> text = ForeignReport.text(file);
    if (text.isPresent()) {
      return text.get();
    }
    throw new InvalidUseException(
        "it is not a file of a kind this release knows; it begins with the bytes " + hex(head));
  }

  /** The first bytes, one character each. */
  private static String head(Storage storage, String path) throws IOException {
    try (ReadableFile file = storage.openRead(path)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(HEAD_BYTES, file.size()));
      file.readFully(bytes, 0);
      return new String(bytes.array(), java.nio.charset.StandardCharsets.ISO_8859_1);
    }
  }

  private static String hex(String head) {
    byte[] bytes = head.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    return bytes.length == 0 ? "(none)" : java.util.HexFormat.ofDelimiter(" ").formatHex(bytes);
  }

  private static Report arrowFile(Storage storage, String path) throws IOException {
    TableFiles.Info info = TableFiles.info(storage, path);
    String kind = info.metadata().getOrDefault("aw.kind", "arrow");
    if (kind.equals("segment")) {
      return segment(storage, path);
    }
    Report report =
        new Report()
            .add("kind", kind)
            .add("rows", info.rows())
            .add("bytes", info.bytes())
            .json("columns", info.columns());
    info.columns().forEach((name, type) -> report.line("column", name + " " + type));
    report.json("metadata", info.metadata());
    info.metadata().forEach(report::line);
    return report;
  }

  private static Report segment(Storage storage, String path) throws IOException {
    SegmentInfo info = SegmentInfo.read(storage, path);
    Long first = info.firstTick().isPresent() ? (Long) info.firstTick().getAsLong() : null;
    Long last = info.end().tick() < 0 ? null : (Long) info.end().tick();
    List<String> keys = info.keys().stream().map(Key::name).toList();
    return new Report()
        .add("kind", "segment", info.isSealed() ? "sealed log segment" : "live log segment")
        .json("sealed", info.isSealed())
        .add("store", info.store().hex())
        .add("schema_version", info.schemaVersion())
        .json("first_tick", first)
        .json("last_tick", last)
        .line("ticks", last == null ? "none committed" : first + " to " + last)
        .add("first_seq", info.start().seq())
        .add("rows", info.rows())
        .add("batches", info.batches())
        .add("bytes", info.bytes())
        .add("room_bytes", info.roomBytes())
        .add("prev_chain", Text.of("%016x", info.start().chain()))
        .add("last_chain", Text.of("%016x", info.end().chain()))
        .add("tail", info.tail().kind().name().toLowerCase(Locale.ROOT), info.tail().finding())
        .add("keys", keys, String.join(" ", keys));
  }

  private static Report npy(Storage storage, String path, Path where) throws IOException {
    try (ReadableFile file = storage.openRead(path)) {
      Report report = new Report().add("kind", "npy");
      array(() -> NpyHeader.read(file, TrailingBytes.TOLERATE)).forEach(report::add);
      return report
          .add("bytes", file.size())
          .add("import_it", "aw import npy " + where.getParent() + " --out STORE");
    }
  }

  /** Reads a header. */
  private interface Header {
    NpyHeader read() throws IOException;
  }

  /** What an array's header says; of one that is none of our types, why. */
  private static Map<String, Object> array(Header header) {
    try {
      return describe(header.read());
    } catch (UnsupportedArrayException e) {
      return odd("no column", e);
    } catch (IOException e) {
      return odd("unreadable", e);
    }
  }

  private static Map<String, Object> odd(String dtype, IOException why) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("dtype", dtype);
    json.put("shape", List.of());
    json.put("why", String.valueOf(why.getMessage()));
    return json;
  }

  private static Map<String, Object> describe(NpyHeader header) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("dtype", header.type().name().toLowerCase(Locale.ROOT));
    json.put("shape", Arrays.stream(header.shape()).boxed().toList());
    json.put("order", header.order().name());
    json.put("byte_order", header.byteOrder().toString().toLowerCase(Locale.ROOT));
    return json;
  }

  private static Report npz(Storage storage, String path, Path where) throws IOException {
    try (NpzReader reader = NpzReader.open(storage, path)) {
      Report report = new Report().add("kind", "npz");
      Map<String, Object> arrays = new LinkedHashMap<>();
      for (String name : reader.names()) {
        Map<String, Object> array = array(() -> reader.header(name));
        arrays.put(name, array);
        report.line(
            "array",
            Text.of(
                "%s %s %s",
                name, array.get("dtype"), array.getOrDefault("why", array.get("shape"))));
      }
      reader.otherEntries().forEach(name -> report.line("other entry", name));
      return report
          .json("arrays", arrays)
          .json("other_entries", reader.otherEntries())
          .add("import_it", "aw import npz " + where + " --out STORE");
    }
  }

  private static Report json(Storage storage, String path) throws IOException {
    JsonObject object = ChecksummedJson.read(storage, path);
    Report report = new Report();
    for (Map.Entry<String, Object> member : object.members().entrySet()) {
      if (!member.getKey().equals("crc")) {
        report.json(member.getKey(), member.getValue());
        text(member.getValue()).forEach(line -> report.line(member.getKey(), line));
      }
    }
    return report;
  }

  private static List<String> text(Object value) {
    List<String> lines = new ArrayList<>();
    if (value instanceof List<?> list) {
      list.forEach(element -> lines.add(JsonText.of(element)));
    } else if (value instanceof Map<?, ?>) {
      lines.add(JsonText.of(value));
    } else {
      lines.add(String.valueOf(value));
    }
    return lines;
  }
}
